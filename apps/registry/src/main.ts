import 'reflect-metadata';
import { runService } from '@sluice/platform';
import { createRegistryApp, listen } from './registry-app.js';
import { loadRegistryConfiguration } from './registry.configuration.js';

await runService('registry', async () => {
  const configuration = loadRegistryConfiguration();
  const app = await createRegistryApp(configuration);
  return { app, url: await listen(app, configuration) };
});
