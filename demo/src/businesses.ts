/** The words of a line of business, that clients, templates and memories speak in. */
export interface Business {
  /** As a part of ids: small letters. */
  readonly key: string;
  readonly name: string;
  readonly products: readonly string[];
  readonly audiences: readonly string[];
  readonly concerns: readonly string[];
  readonly goals: readonly string[];
}

/** The lines of business of the demo's clients. */
export const businesses: readonly Business[] = [
  {
    key: 'retail',
    name: 'Retail',
    products: ['linen shirts', 'rain jackets', 'gift cards', 'running shoes', 'school bags', 'wool scarves'],
    audiences: ['loyalty members', 'first-time buyers', 'store managers', 'bargain hunters'],
    concerns: ['late parcels', 'wrong sizes', 'the return window', 'stock shortages', 'expired vouchers'],
    goals: ['fewer returns', 'a fuller basket', 'repeat purchases', 'faster checkout'],
  },
  {
    key: 'bakery',
    name: 'Bakery',
    products: [
      'sourdough loaves',
      'butter croissants',
      'wedding cakes',
      'rye rolls',
      'almond tarts',
      'oat cookies',
    ],
    audiences: ['morning regulars', 'hotel kitchens', 'event planners', 'school canteens'],
    concerns: ['nut allergies', 'early delivery', 'flour prices', 'leftover pastry', 'oven downtime'],
    goals: ['less waste', 'more pre-orders', 'a shorter morning queue', 'steady weekend sales'],
  },
  {
    key: 'fitness',
    name: 'Fitness',
    products: [
      'yoga classes',
      'spinning sessions',
      'personal training',
      'family memberships',
      'sauna passes',
      'strength plans',
    ],
    audiences: ['new members', 'shift workers', 'marathon runners', 'company teams'],
    concerns: [
      'crowded evenings',
      'frozen memberships',
      'sore knees',
      'class waiting lists',
      'broken treadmills',
    ],
    goals: ['fewer cancellations', 'fuller morning classes', 'more referrals', 'better attendance'],
  },
  {
    key: 'legal',
    name: 'Legal',
    products: [
      'contract reviews',
      'trademark filings',
      'employment advice',
      'lease drafts',
      'compliance audits',
      'mediation hours',
    ],
    audiences: ['founders', 'landlords', 'in-house counsel', 'works councils'],
    concerns: ['missed deadlines', 'unclear liability', 'data protection', 'notice periods', 'court fees'],
    goals: ['shorter review cycles', 'fewer disputes', 'predictable fees', 'complete case files'],
  },
  {
    key: 'logistics',
    name: 'Logistics',
    products: [
      'pallet freight',
      'cold storage',
      'customs clearance',
      'overnight courier runs',
      'container leasing',
      'route planning',
    ],
    audiences: ['exporters', 'warehouse crews', 'truck drivers', 'procurement teams'],
    concerns: [
      'port congestion',
      'damaged pallets',
      'fuel surcharges',
      'missing customs papers',
      'driver shortages',
    ],
    goals: ['on-time delivery', 'fewer empty runs', 'lower storage cost', 'faster customs release'],
  },
  {
    key: 'travel',
    name: 'Travel',
    products: [
      'city breaks',
      'rail passes',
      'island cruises',
      'ski weekends',
      'airport transfers',
      'hiking tours',
    ],
    audiences: ['solo travellers', 'young families', 'business travellers', 'retired couples'],
    concerns: ['cancelled flights', 'visa rules', 'lost luggage', 'overbooked hotels', 'travel insurance'],
    goals: ['earlier bookings', 'more five-star reviews', 'fewer refunds', 'longer stays'],
  },
  {
    key: 'clinic',
    name: 'Clinic',
    products: [
      'health checks',
      'physiotherapy sessions',
      'vaccinations',
      'blood tests',
      'dental cleaning',
      'video consultations',
    ],
    audiences: ['chronic patients', 'young parents', 'referring doctors', 'insurance partners'],
    concerns: [
      'long waiting times',
      'missed appointments',
      'unclear invoices',
      'prescription renewals',
      'patient privacy',
    ],
    goals: ['fewer no-shows', 'shorter waiting times', 'complete records', 'calmer reception desks'],
  },
  {
    key: 'property',
    name: 'Property',
    products: [
      'office leases',
      'garden flats',
      'parking spaces',
      'holiday homes',
      'building inspections',
      'energy certificates',
    ],
    audiences: ['tenants', 'first-time owners', 'investors', 'caretakers'],
    concerns: ['rising rents', 'leaking roofs', 'heating costs', 'noisy neighbours', 'deposit refunds'],
    goals: ['shorter vacancies', 'faster repairs', 'longer leases', 'better viewings'],
  },
  {
    key: 'software',
    name: 'Software',
    products: [
      'invoicing app',
      'reporting dashboard',
      'mobile client',
      'search service',
      'payment gateway',
      'audit module',
    ],
    audiences: ['developers', 'finance teams', 'trial users', 'system administrators'],
    concerns: [
      'slow queries',
      'failed deployments',
      'expiring certificates',
      'rate limits',
      'confusing error messages',
    ],
    goals: ['higher activation', 'fewer support tickets', 'shorter release cycles', 'better uptime'],
  },
  {
    key: 'academy',
    name: 'Academy',
    products: [
      'language courses',
      'evening workshops',
      'exam preparation',
      'teacher training',
      'summer camps',
      'online seminars',
    ],
    audiences: ['adult learners', 'school principals', 'apprentices', 'exam candidates'],
    concerns: [
      'full courses',
      'late enrolment',
      'grading delays',
      'missing certificates',
      'tuition instalments',
    ],
    goals: ['higher completion rates', 'earlier enrolment', 'better exam results', 'more alumni referrals'],
  },
];
