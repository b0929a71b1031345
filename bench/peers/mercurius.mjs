/**
 * Mercurius' gateway over the product's subgraphs. It knows the first version of federation only, so each subgraph's
 * contract is handed to it in that form: without the second version's directives, and with `extend` before every entity
 * that another subgraph owns.
 */
import { readFileSync } from 'node:fs';
import gateway from '@mercuriusjs/gateway';
import Fastify from 'fastify';
import { Kind, parse, print, visit } from 'graphql';
import { identityFor } from './identity.mjs';
import { ready } from './serve.mjs';

const kept = new Set(['key', 'external', 'requires', 'provides', 'deprecated']);
const roots = new Set(['Query', 'Mutation']);
const isKey = ({ name }) => name.value === 'key';

const services = process.env.SUBGRAPHS.split(',').map((entry) => {
  const [name, url] = entry.split('=');
  return { name, url, document: parse(readFileSync(`${process.env.CONTRACTS}/${name}.graphql`, 'utf8')) };
});

/** An entity belongs to the subgraph that gives it the most fields. */
const owners = new Map();
for (const { name, document } of services) {
  for (const { kind, name: type, fields, directives } of document.definitions) {
    if (kind !== Kind.OBJECT_TYPE_DEFINITION || !directives.some(isKey)) continue;
    const known = owners.get(type.value);
    if (!known || known.count < fields.length) owners.set(type.value, { name, count: fields.length });
  }
}

const external = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'external' } };

function firstVersion(service, document) {
  const definitions = document.definitions
    .filter(({ kind }) => ![Kind.SCHEMA_EXTENSION, Kind.DIRECTIVE_DEFINITION].includes(kind))
    .map((definition) => {
      const type = definition.name.value;
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return definition;
      if (roots.has(type)) return { ...definition, kind: Kind.OBJECT_TYPE_EXTENSION };
      if (!owners.has(type) || owners.get(type).name === service) return definition;
      const keys = definition.directives
        .filter(isKey)
        .flatMap((key) => key.arguments[0].value.value.split(' '));
      const fields = definition.fields.map((field) =>
        keys.includes(field.name.value) ? { ...field, directives: [external] } : field,
      );
      return { ...definition, kind: Kind.OBJECT_TYPE_EXTENSION, fields };
    });
  return print(
    visit(
      { kind: Kind.DOCUMENT, definitions },
      {
        Directive: (node) => (kept.has(node.name.value) ? undefined : null),
      },
    ),
  );
}

/** The header of each subgraph, by its name. */
async function identitiesFor(authorization) {
  const signed = services.map(async ({ name }) => [
    name,
    { 'x-cdx-identity': await identityFor(authorization, name) },
  ]);
  return Object.fromEntries(await Promise.all(signed));
}

const app = Fastify({ keepAliveTimeout: 75_000 });
await app.register(gateway, {
  path: '/graphql',
  jit: 1,
  context: async ({ headers }) => ({ identities: await identitiesFor(headers.authorization) }),
  gateway: {
    services: services.map(({ name, url, document }) => ({
      name,
      url: `${url}/graphql`,
      schema: firstVersion(name, document),
      rewriteHeaders: (_, context) => context?.identities?.[name] ?? {},
    })),
  },
});
await app.listen({ host: '127.0.0.1', port: 0 });
ready(app.server.address().port);
