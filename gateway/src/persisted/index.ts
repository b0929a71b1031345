export { openSafelist, type Safelist } from './safelist.ts';
