import type { Dataset, DatasetFormat, Manifest } from '@sluice/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../pages/whole-number.js';

@Entity('dataset')
export class DatasetEntity {
  @PrimaryColumn('text') digest: string;
  @Column({ type: 'bigint', insert: false, update: false, transformer: wholeNumber })
  position: number;
  @Column('text') name: string;
  @Column('text') format: DatasetFormat;
  /** null for a table of one file. */
  @Column('jsonb', { nullable: true }) manifest: Manifest | null;
  @Column('bigint', { transformer: wholeNumber }) size: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('text', { name: 'created_by' }) createdBy: string;
}

export const toDataset = (row: Omit<DatasetEntity, 'position'>): Dataset => ({
  ...toListedDataset(row),
  ...(row.manifest === null ? {} : { manifest: row.manifest }),
});

/** Without the files, of which there may be a thousand. */
export const toListedDataset = (row: Omit<DatasetEntity, 'position'>): Dataset => ({
  name: row.name,
  digest: row.digest,
  format: row.format,
  size: row.size,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
});
