export {
  checkHost,
  type SpfQuestion,
  type SpfResolver,
  type SpfResult,
  type SpfVerdict,
} from './check-host.ts';
