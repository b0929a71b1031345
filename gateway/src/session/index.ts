export { serveSession } from './session.ts';
