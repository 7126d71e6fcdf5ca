import 'reflect-metadata';
import { controllers } from '../controllers.js';
import { openapiDocument } from './openapi-document.js';

process.stdout.write(`${JSON.stringify(openapiDocument(controllers), null, 2)}\n`);
