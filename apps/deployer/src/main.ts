import 'reflect-metadata';
import { loadConfiguration, runService } from '@sluice/platform';
import { deployerVariables } from './configuration.js';
import { startDeployer } from './start-deployer.js';

await runService('deployer', () => startDeployer(loadConfiguration(deployerVariables)));
