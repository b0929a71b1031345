import { describe, expect, test } from '@jest/globals';
import { help, readOptions } from './start-options.ts';

describe('the options of npm start', () => {
  test('are none by default', () => {
    expect(readOptions([], {})).toEqual({
      help: false,
      port: 4_000,
      dataDir: '.data',
      scale: 1,
      demo: true,
      reset: false,
      distributed: false,
    });
  });

  test('are read from the command line', () => {
    const args = '--port 80 --data-dir /data --scale 0.5 --no-demo --reset --distributed --help'.split(' ');
    expect(readOptions(args, {})).toEqual({
      help: true,
      port: 80,
      dataDir: '/data',
      scale: 0.5,
      demo: false,
      reset: true,
      distributed: true,
    });
  });

  test('take the port from PORT, and rather from the command line', () => {
    expect(readOptions([], { PORT: '5000' }).port).toBe(5_000);
    expect(readOptions(['--port=6000'], { PORT: '5000' }).port).toBe(6_000);
    expect(readOptions([], { PORT: '' }).port).toBe(4_000);
  });

  test('are all in the help', () => {
    for (const name of ['port', 'data-dir', 'scale', 'no-demo', 'reset', 'distributed', 'help']) {
      expect(help).toContain(`  --${name} `);
    }
  });
});

describe('an option is refused', () => {
  test.each([
    [['--port', 'http'], '--port http is not possible. See: npm start -- --help'],
    [['--port', '65536'], '--port 65536 is not possible. See: npm start -- --help'],
    [['--port', '80.5'], '--port 80.5 is not possible. See: npm start -- --help'],
    [['--port=-1'], '--port -1 is not possible. See: npm start -- --help'],
    [['--port='], '--port  is not possible. See: npm start -- --help'],
    [['--scale', '0'], '--scale 0 is not possible. See: npm start -- --help'],
    [['--scale', 'big'], '--scale big is not possible. See: npm start -- --help'],
    [['--scale', '1001'], '--scale 1001 is not possible. See: npm start -- --help'],
    [['--prot', '80'], "Unknown option '--prot'. See: npm start -- --help"],
    [['now'], "Unexpected argument 'now'. See: npm start -- --help"],
    [['--port'], "Option '--port <value>' argument missing. See: npm start -- --help"],
  ])('%j', (args, message) => {
    expect(() => readOptions(args, {})).toThrow(message);
  });

  test('when it comes from PORT, too', () => {
    expect(() => readOptions([], { PORT: 'http' })).toThrow('http is not possible');
  });
});
