import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest's environment for Node, with a global object that is an ordinary one. Jest's own lies behind a proxy, so that
 * each `Math` and each `Number` in a test is a call from compiled code into JavaScript: what computes takes three to
 * ten times as long. Jest asks for its context while it constructs, and has no option for another one.
 */
export default class PlainEnvironment extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
  }
}
