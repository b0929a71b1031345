import type { DMMF } from '@prisma/generator-helper';
import type { ColumnDescriptor, ColumnType, TableDescriptor } from '../sql/table.ts';

const columnTypes: Readonly<Record<string, ColumnType>> = {
  BigInt: 'bigint',
  Boolean: 'boolean',
  DateTime: 'timestamp',
  Decimal: 'decimal',
  Float: 'float',
  Int: 'int',
  Json: 'json',
  String: 'text',
};

const rowTypes: Readonly<Record<Exclude<ColumnType, 'enum'>, string>> = {
  bigint: 'bigint',
  boolean: 'boolean',
  date: 'string',
  decimal: 'string',
  float: 'number',
  int: 'number',
  json: 'unknown',
  text: 'string',
  timestamp: 'Date',
  uuid: 'string',
};

/** The text of a tables.ts: for every model of the schema its table descriptor and the type of its rows. */
export function tablesSource(datamodel: DMMF.Datamodel, schemaText: string): string {
  const enumSchemas = readEnumSchemas(schemaText);
  const tables = datamodel.models.map((model) => {
    const table = describeTable(model, datamodel.enums, enumSchemas);
    return [
      `export const ${model.name} = ${JSON.stringify(table, null, 2)} as const satisfies TableDescriptor;`,
      `export interface ${model.name}Row {\n${rowProperties(model, table, datamodel.enums)}\n}`,
    ].join('\n\n');
  });
  return [
    '// Generated from schema.prisma: do not edit.',
    "import type { TableDescriptor } from '@cdx/kit';",
    ...tables,
  ].join('\n\n');
}

function describeTable(
  model: DMMF.Model,
  enums: readonly DMMF.DatamodelEnum[],
  enumSchemas: ReadonlyMap<string, string>,
): TableDescriptor {
  const columns = model.fields.filter(isColumn).map((field) => {
    return [field.name, describeColumn(field, enums, enumSchemas)] as const;
  });
  return {
    model: model.name,
    schema: model.schema,
    table: model.dbName ?? model.name,
    primaryKey:
      model.primaryKey?.fields ?? model.fields.filter((field) => field.isId).map((field) => field.name),
    columns: Object.fromEntries(columns),
    ...noted('unaudited', model),
    ...noted('shared', model),
  };
}

/** The reason behind a mark in the comments of a model or field: `/// @unaudited It is a log itself.` */
function noted<Mark extends string>(
  mark: Mark,
  { name, documentation = '' }: { readonly name: string; readonly documentation?: string | undefined },
): Partial<Record<Mark, string>> {
  const [line] = documentation.split('\n').filter((text) => text.startsWith(`@${mark}`));
  if (line === undefined) return {};
  const reason = line.slice(mark.length + 1).trim();
  if (reason === '') throw new TypeError(`${name}: @${mark} needs its reason`);
  return { [mark]: reason } as Partial<Record<Mark, string>>;
}

function privacyOf({ documentation = '' }: DMMF.Field): ColumnDescriptor['privacy'] {
  return (['secret', 'personal'] as const).find((mark) => documentation.split('\n').includes(`@${mark}`));
}

/** Only what the database writes as JSON itself may be passed on as its text. */
function opaqueOf(field: DMMF.Field): Pick<ColumnDescriptor, 'opaque'> {
  const marked = noted('opaque', field);
  if (marked.opaque !== undefined && (columnType(field) !== 'json' || field.isList))
    throw new TypeError(`${field.name}: @opaque is for a column of JSON, and of one value`);
  return marked;
}

function isColumn(field: DMMF.Field): boolean {
  return field.kind === 'scalar' || field.kind === 'enum';
}

function describeColumn(
  field: DMMF.Field,
  enums: readonly DMMF.DatamodelEnum[],
  enumSchemas: ReadonlyMap<string, string>,
): ColumnDescriptor {
  const schema = enumSchemas.get(field.type);
  const privacy = privacyOf(field);
  return {
    column: field.dbName ?? field.name,
    type: columnType(field),
    nullable: !field.isRequired,
    ...(field.isList && { list: true }),
    ...(schema !== undefined && { enumName: `${schema}.${enumOf(field, enums).dbName ?? field.type}` }),
    ...(privacy && { privacy }),
    ...noted('always', field),
    ...opaqueOf(field),
    ...noted('unaudited', field),
  };
}

function columnType(field: DMMF.Field): ColumnType {
  if (field.kind === 'enum') return 'enum';
  const [nativeType, parameters] = field.nativeType ?? [];
  if (nativeType === 'Uuid' || (nativeType === 'Binary' && parameters?.[0] === '16')) return 'uuid';
  if (nativeType === 'Date') return 'date';
  const type = columnTypes[field.type];
  if (!type) throw new TypeError(`${field.name} has a type that tables cannot describe: ${field.type}`);
  return type;
}

function rowProperties(
  model: DMMF.Model,
  table: TableDescriptor,
  enums: readonly DMMF.DatamodelEnum[],
): string {
  const properties = model.fields.filter(isColumn).map((field) => {
    const column = table.columns[field.name];
    if (!column) throw new TypeError(`${model.name}.${field.name} has not been described`);
    const type = column.type === 'enum' ? enumValues(field, enums) : rowTypes[column.type];
    const listed = column.list ? `ReadonlyArray<${type}>` : type;
    return `  readonly ${field.name}: ${listed}${column.nullable && type !== 'unknown' ? ' | null' : ''};`;
  });
  return properties.join('\n');
}

function enumValues(field: DMMF.Field, enums: readonly DMMF.DatamodelEnum[]): string {
  return enumOf(field, enums)
    .values.map((value) => `'${value.dbName ?? value.name}'`)
    .join(' | ');
}

function enumOf(field: DMMF.Field, enums: readonly DMMF.DatamodelEnum[]): DMMF.DatamodelEnum {
  const found = enums.find((candidate) => candidate.name === field.type);
  if (!found) throw new TypeError(`${field.name} has an enum that the schema does not define: ${field.type}`);
  return found;
}

/** Prisma's model of the schema does not say in which SQL schema an enum is: its text does. */
function readEnumSchemas(schemaText: string): Map<string, string> {
  const blocks = schemaText.matchAll(/^enum\s+(\w+)\s*\{([^}]*)\}/gm);
  const schemas = new Map<string, string>();
  for (const [, name, body] of blocks) {
    const schema = body?.match(/@@schema\("(\w+)"\)/)?.[1];
    if (name && schema) schemas.set(name, schema);
  }
  return schemas;
}
