import { describe, expect, test } from '@jest/globals';
import { accountRoles } from './matrix-types.ts';
import { domainAccess } from './matrix.ts';
import { directiveOf, isScope, permitted, policyOf, scopes, scopesOfRole } from './policy.ts';

describe('a role’s scopes', () => {
  test('are reading for r, and writing too for rw', () => {
    expect(scopesOfRole('admin')).toEqual(expect.arrayContaining(['auth:read', 'crm:read', 'crm:write']));
    expect(scopesOfRole('admin')).not.toContain('auth:write');
    expect(scopesOfRole('client').filter((scope) => scope.startsWith('platform:'))).toEqual([]);
  });

  test('are all that there are for a superadmin, and none for nobody', () => {
    expect(scopesOfRole('superadmin')).toEqual(scopes.map(({ name }) => name));
    for (const role of ['anonymous', 'system', 'emperor', '']) expect(scopesOfRole(role)).toEqual([]);
  });

  test('let whoever may write read as well', () => {
    for (const { domain, name, roles } of scopes.filter((scope) => !scope.name.endsWith(':read'))) {
      for (const role of roles)
        expect([name, scopesOfRole(role)]).toEqual([name, expect.arrayContaining([`${domain}:read`])]);
    }
  });

  test('are known as scopes, and nothing else is', () => {
    expect(scopes.every(({ name }) => isScope(name))).toBe(true);
    for (const name of ['clients:everything', 'clients', '', 'constructor'])
      expect(isScope(name)).toBe(false);
  });
});

describe('a coordinate’s policy', () => {
  test.each([
    ['auth', 'Mutation.login', ''],
    ['auth', 'AuthPayload', ''],
    ['auth', 'PageInfo', ''],
    ['auth', 'Mutation.changePassword', '@authenticated'],
    ['auth', 'Mutation.recordRefusals', '@inaccessible'],
    ['auth', 'Mutation.grantRole', '@requiresScopes(scopes: [["auth:roles:grant"]])'],
    ['auth', 'Query.users', '@requiresScopes(scopes: [["auth:read"]])'],
    ['clients', 'Client', '@requiresScopes(scopes: [["clients:read"]])'],
    ['clients', 'Mutation.recordUsage', '@requiresScopes(scopes: [["clients:write"]])'],
    ['clients', 'User.clients', '@requiresScopes(scopes: [["clients:read"]])'],
    ['templates', 'Mutation.recordPromptUse', '@requiresScopes(scopes: [["templates:read"]])'],
    ['crm', 'Mutation.whateverComes', '@requiresScopes(scopes: [["crm:write"]])'],
  ])('of %s, %s, is %j', (domain, coordinate, directive) => {
    expect(directiveOf(policyOf(domain, coordinate))).toBe(directive);
  });

  test('is asked for in a domain that there is', () => {
    expect(() => policyOf('weather', 'Query.rain')).toThrow('no domain weather');
  });

  test('has one reason alone: no coordinate is an exception twice', () => {
    for (const { exceptions = [], specialScopes = {} } of Object.values(domainAccess)) {
      const all = [
        ...exceptions.flatMap(({ coordinates }) => coordinates),
        ...Object.values(specialScopes).flatMap(({ fields }) => fields),
      ];
      expect(new Set(all).size).toBe(all.length);
    }
  });
});

describe('who may use a coordinate', () => {
  const everybody = [...accountRoles, 'anonymous'] as const;
  test.each([
    ['auth', 'Mutation.login', 'yes yes yes yes yes'],
    ['auth', 'Query.me', 'yes own own own no'],
    ['auth', 'Query.users', 'yes yes own own no'],
    ['auth', 'Mutation.deleteUser', 'yes no no no no'],
    ['auth', 'Mutation.recordRefusals', 'no no no no no'],
    ['clients', 'Mutation.provisionClient', 'yes yes no no no'],
    ['clients', 'Mutation.recordUsage', 'yes yes own no no'],
    ['clients', 'Mutation.createAgentDefinition', 'yes no no no no'],
    ['billing', 'Invoice', 'yes yes own no no'],
    ['platform', 'Tenant', 'yes own own own no'],
    ['platform', 'TenantConnection', 'yes no no no no'],
    ['platform', 'SecurityEvent', 'yes yes no no no'],
  ])('of %s, %s: %s', (domain, coordinate, answers) => {
    expect(everybody.map((role) => permitted(role, domain, coordinate)).join(' ')).toBe(answers);
  });
});
