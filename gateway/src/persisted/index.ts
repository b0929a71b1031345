export { askedIn } from './asked.ts';
export { openSafelist, type Safelist } from './safelist.ts';
