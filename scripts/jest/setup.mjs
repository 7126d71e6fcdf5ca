// Nest's decorators and TypeORM's read types through this polyfill.
import 'reflect-metadata';
