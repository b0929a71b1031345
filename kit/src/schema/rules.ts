import { z } from 'zod';

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** A currency by its code of ISO 4217. */
export const currency = z
  .string()
  .refine((code) => currencies.has(code), 'must be a currency of ISO 4217, such as EUR');

/** An amount of money as it is stored, `decimal(12,2)`: not negative, at most two digits after the point. */
export const amount = z
  .string()
  .regex(/^\d{1,10}(\.\d{1,2})?$/, 'must be at least 0, with at most 10 digits and 2 after the point');

/** The tenant that a superadmin writes for. */
export const tenantId = z.string().min(1, 'must not be empty').max(50);

/** The id that a new tenant or client gets: a client's is part of the name of its schema, `client_acme`. */
export const newTenantId = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,49}$/,
    'must begin with a small letter and have small letters, digits and _, at most 50',
  );

/** Where a tenant's data are kept. */
export const region = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,49}$/, 'must be a name like eu-central-1, at most 50');

/** The id of a row: GraphQL's `ID` takes any text. */
export const uuid = z.uuid('must be a UUID');
