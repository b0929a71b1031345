import { expect, test } from '@jest/globals';
import { drawBars, drawTable } from './chart.ts';

test('bars are as long as their values, to an eighth of a character, and never nothing', () => {
  const bars = [
    { label: 'apollo', value: 8, note: '1.00' },
    { label: 'cdx', value: 3.5, note: '0.44' },
    { label: 'floor', value: 0.001, note: '0.00' },
  ];
  expect(drawBars(bars, 8)).toBe(
    ['  apollo ████████ 1.00', '  cdx    ███▌     0.44', '  floor  ▏        0.00'].join('\n'),
  );
});

test('tables are Markdown with their numbers to the right', () => {
  const rows = [
    ['cdx', '1.5'],
    ['stock Apollo', '12.25'],
  ];
  expect(drawTable(['way', 'ms'], rows)).toBe(
    [
      '| way          |    ms |',
      '| ------------ | ----: |',
      '| cdx          |   1.5 |',
      '| stock Apollo | 12.25 |',
    ].join('\n'),
  );
});
