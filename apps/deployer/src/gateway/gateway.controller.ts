import { Controller, Get, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { Roles } from '@sluice/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EnvironmentHealth } from './environment-health.js';
import { ModelProxy } from './model-proxy.js';
import { OpenInferenceErrorFilter } from './open-inference-error.filter.js';

interface ModelParameters {
  readonly environment: string;
  readonly model: string;
  readonly version?: string;
}

const model = 'models/:model';
const version = `${model}/versions/:version`;

/** The stable address of an environment's models: Open Inference Protocol v2, whatever version answers. */
@Controller(':environment/v2')
@Roles('predictor')
@UseFilters(OpenInferenceErrorFilter)
export class GatewayController {
  constructor(
    private readonly proxy: ModelProxy,
    private readonly health: EnvironmentHealth,
  ) {}

  @Get()
  describe(@Param('environment') environment: string) {
    return this.health.describe(environment);
  }

  @Get('health/live')
  live(@Param('environment') environment: string) {
    return this.health.live(environment);
  }

  @Get('health/ready')
  ready(@Param('environment') environment: string) {
    return this.health.ready(environment);
  }

  @Get([model, version])
  metadata(
    @Param() parameters: ModelParameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.proxy.forward({ ...parameters, action: 'metadata' }, request, reply);
  }

  @Get([`${model}/ready`, `${version}/ready`])
  modelReady(
    @Param() parameters: ModelParameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.proxy.forward({ ...parameters, action: 'ready' }, request, reply);
  }

  @Post([`${model}/infer`, `${version}/infer`])
  infer(
    @Param() parameters: ModelParameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.proxy.forward({ ...parameters, action: 'infer' }, request, reply);
  }
}
