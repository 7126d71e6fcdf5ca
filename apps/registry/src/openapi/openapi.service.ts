import { Injectable } from '@nestjs/common';
import { controllers } from '../controllers.js';
import { openapiDocument } from './openapi-document.js';

/** Holds the document, which is made of the very routes that are served. */
@Injectable()
export class OpenapiService {
  private made: Record<string, unknown> | undefined;

  get document(): Record<string, unknown> {
    this.made ??= openapiDocument(controllers);
    return this.made;
  }
}
