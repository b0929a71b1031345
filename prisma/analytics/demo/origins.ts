import { weighted, type Faker, type Row } from '@cdx/demo';

const places = {
  DE: ['Berlin', 'Hamburg', 'Leipzig'],
  US: ['Denver', 'Boston', 'Austin'],
  FR: ['Lyon', 'Nantes'],
  GB: ['Leeds', 'Bristol'],
  CH: ['Bern', 'Basel'],
  IN: ['Pune', 'Chennai'],
  BR: ['Recife', 'Curitiba'],
} as const;
const countryWeights = { DE: 34, US: 24, FR: 13, GB: 12, CH: 9, IN: 5, BR: 3 };

/** Networks that are kept free for examples (RFC 5737); the last part of an address is not kept. */
const networks = ['192.0.2.0', '198.51.100.0', '203.0.113.0'];

/** Where a visitor is. */
export function aPlace(random: Faker): Row {
  const country = weighted(random, countryWeights);
  return {
    country,
    city: random.helpers.arrayElement(places[country]),
    ip_address: random.helpers.arrayElement(networks),
  };
}

const systems = {
  desktop: { Windows: 60, macOS: 30, Linux: 10 },
  mobile: { Android: 58, iOS: 42 },
  tablet: { iPadOS: 70, Android: 30 },
} as const;
const browsers = { Chrome: 58, Safari: 22, Firefox: 12, Edge: 8 };

/** What a visitor looks at the pages with. */
export function aDevice(random: Faker): Row {
  const device = weighted(random, { desktop: 56, mobile: 36, tablet: 8 });
  const os = weighted<string>(random, systems[device]);
  const browser = os.startsWith('i') ? 'Safari' : weighted(random, browsers);
  return { device_type: device, browser, os, user_agent: `${browser} on ${os}` };
}
