import 'reflect-metadata';
import { createHttpApp, runService } from '@sluice/platform';
import { evaluatorConfiguration } from './evaluator.configuration.js';
import { EvaluatorModule } from './evaluator.module.js';

await runService('evaluator', async () => {
  const configuration = evaluatorConfiguration();
  const app = await createHttpApp(EvaluatorModule.forRoot(configuration), 'evaluator', {
    allowedHosts: configuration.SLUICE_ALLOWED_HOSTS.split(','),
  });
  await app.listen(configuration.PORT, configuration.HOST);
  return { app, url: await app.getUrl() };
});
