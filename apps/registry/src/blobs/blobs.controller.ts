import { Readable } from 'node:stream';
import { Controller, Get, Head, Header, Param, Put, StreamableFile } from '@nestjs/common';
import { digestSchema, type Digest } from '@sluice/contracts';
import { Roles } from '@sluice/platform';
import { blobReaders, contributors } from '../access/roles.js';
import type { AlreadyThere } from '../http/already-there.js';
import { Operation } from '../http/operation.js';
import { blobSchema, type Blob, type OpenBlob, type Upload } from './blob.js';
import { BlobsService } from './blobs.service.js';
import { UploadBody } from './upload-body.js';

// Bytes that anybody may have made up are never shown by a browser, and never change under their digest.
const cacheControl = 'private, max-age=31536000, immutable';

@Controller('blobs')
export class BlobsController {
  constructor(private readonly blobs: BlobsService) {}

  @Put(':digest')
  @Roles(...contributors)
  @Operation({
    id: 'putBlob',
    summary: 'Store bytes under their SHA-256',
    description:
      'Content-Length is needed. Nothing is visible until all bytes are there and match the digest.',
    status: 201,
    mayBeThere: true,
    consumes: 'application/octet-stream',
    response: blobSchema,
    errors: ['digest_mismatch', 'upload_incomplete', 'too_large', 'storage_full'],
    location: (blob) => `/blobs/${blob.digest}`,
  })
  put(
    @Param('digest', { schema: digestSchema }) digest: Digest,
    @UploadBody() upload: Upload,
  ): Promise<Blob | AlreadyThere<Blob>> {
    return this.blobs.put(digest, upload);
  }

  @Head(':digest')
  @Roles(...blobReaders)
  @Header('cache-control', cacheControl)
  @Operation({
    id: 'headBlob',
    summary: 'Whether a blob is there, and its length',
    status: 200,
    content: 'none',
    errors: ['not_found'],
  })
  async head(@Param('digest', { schema: digestSchema }) digest: Digest): Promise<StreamableFile> {
    return asFile({ bytes: Readable.from([]), size: await this.blobs.size(digest) });
  }

  @Get(':digest')
  @Roles(...blobReaders)
  @Header('cache-control', cacheControl)
  @Operation({
    id: 'getBlob',
    summary: 'The bytes of a blob',
    description:
      'They are verified while they are sent. Of a damaged blob the last bytes never arrive.',
    status: 200,
    content: 'application/octet-stream',
    errors: ['not_found', 'corrupt'],
  })
  async get(@Param('digest', { schema: digestSchema }) digest: Digest): Promise<StreamableFile> {
    return asFile(await this.blobs.get(digest));
  }
}

const asFile = ({ bytes, size }: OpenBlob): StreamableFile =>
  new StreamableFile(bytes, {
    type: 'application/octet-stream',
    disposition: 'attachment',
    length: size,
  });
