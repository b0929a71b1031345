/** What tests of subgraphs share. Not part of the product: nothing outside tests imports it. */
import type { Identity } from '@cdx/kit';
import { anIdentity as aBareIdentity } from '@cdx/kit/testing';
import { scopesOfRole } from './policy.ts';

/** An identity with the scopes of its role, unless the test gives others; anonymous in all else. */
export function anIdentity(parts: Partial<Identity> = {}): Identity {
  return aBareIdentity({ scopes: scopesOfRole(parts.role ?? 'anonymous'), ...parts });
}
