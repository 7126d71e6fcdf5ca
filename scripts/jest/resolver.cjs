/* Sources import './x.js', as ESM wants; under Jest that file is './x.ts'. */
const { existsSync } = require('node:fs');
const { resolve } = require('node:path');

module.exports = (request, options) => {
  if (
    /^\.{1,2}\//.test(request) &&
    request.endsWith('.js') &&
    !options.basedir.includes('node_modules')
  ) {
    const source = resolve(options.basedir, request.replace(/\.js$/, '.ts'));
    if (existsSync(source)) return source;
  }
  return options.defaultResolver(request, options);
};
