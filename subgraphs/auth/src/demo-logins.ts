/** The password of every account of the demo data. It is shorter than any that an account may choose. */
export const demoPassword = 'cdx-demo';

/** An account of the demo data that is offered to log in with. */
export interface DemoLogin {
  readonly label: string;
  readonly email: string;
  readonly password: string;
}

/** One account of each kind: it sees all tenants, one tenant, its own clients. */
export const demoLogins: readonly DemoLogin[] = [
  { label: 'Superadmin', email: 'superadmin@cdx.example', password: demoPassword },
  { label: 'Tenant admin of Acme', email: 'admin@acme.example', password: demoPassword },
  { label: 'Client of Acme', email: 'client@acme.example', password: demoPassword },
];
