import type { Column } from './column.js';
import type { Dataset } from './dataset.js';
import { dictionaryOf, type Dictionary } from './dictionary.js';
import { featureColumn, vectorColumn, type BatchColumn } from './row-batches.js';
import type { Storage } from './sql.js';

/** Where in a batch a feature is, and what its codes stand for if it has a dictionary. */
export interface FeaturePosition {
  readonly position: number;
  readonly dictionary: Dictionary | null;
}

/** The columns that batches hold, each once, however many models take it. */
export class BatchColumns {
  readonly list: BatchColumn[] = [];
  private readonly dictionaries = new Map<Column, Dictionary | null>();

  /** @returns the column's position in a batch */
  add(column: BatchColumn): number {
    const known = this.list.findIndex(
      ({ sql, storage }) => sql === column.sql && storage === column.storage,
    );
    return known === -1 ? this.list.push(column) - 1 : known;
  }

  /** Adds a column as models take it; its values must have been surveyed. */
  async addFeature(column: Column, storage: Storage, dataset: Dataset): Promise<FeaturePosition> {
    const dictionary = storage === 'text' ? await this.dictionary(column, dataset) : null;
    return { position: this.add(featureColumn(column, storage, dictionary)), dictionary };
  }

  /** Adds a column of lists; their lengths must have been surveyed. */
  addVector(column: Column, storage: Storage, width: number): FeaturePosition {
    return { position: this.add(vectorColumn(column, storage, width)), dictionary: null };
  }

  private async dictionary(column: Column, dataset: Dataset): Promise<Dictionary | null> {
    const known = this.dictionaries.get(column);
    if (known !== undefined) return known;
    const found = await dictionaryOf(column, dataset);
    this.dictionaries.set(column, found);
    return found;
  }
}
