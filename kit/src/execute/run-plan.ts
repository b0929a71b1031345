import {
  defaultFieldResolver,
  defaultTypeResolver,
  getArgumentValues,
  locatedError,
  responsePathAsArray,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLResolveInfo,
} from 'graphql';
import { AnswerObject, isCopied, isPromise, serialize, type Container } from './answer.ts';
import type { FieldPlan, ObjectPlan, Query, Shape } from './plan.ts';

type Path = GraphQLResolveInfo['path'];
type Arguments = Record<string, unknown>;
type CompositeShape = Exclude<Shape, { kind: 'leaf' }>;

/**
 * The nearest place above a field that may be null, which is where an error ends that must not leave one (GraphQL
 * specification, "Handling Field Errors"). Once it is null, what is below it is of no use, and executed no further.
 */
interface Scope {
  isNull: boolean;
  readonly container: Container;
  readonly key: string | number;
}

/** Where a value is for. */
interface Place {
  readonly field: FieldPlan;
  readonly path: Path;
  readonly scope: Scope;
  readonly container: Container;
  readonly key: string | number;
}

/** Executes a query by its plan. Resolves when all its fields have, unlike graphql-js even when one of them ends it. */
export function runPlan(query: Query, plan: ObjectPlan, contextValue: unknown): Promise<ExecutionResult> {
  return new Promise((resolve) => new Run(query, contextValue, resolve).begin(plan));
}

class Run {
  readonly #query: Query;
  readonly #context: unknown;
  readonly #resolve: (result: ExecutionResult) => void;
  readonly #answer = new AnswerObject();
  readonly #errors: GraphQLError[] = [];
  readonly #arguments = new Map<FieldPlan, Arguments>();
  /** How much is not answered yet; the root, until all its fields have begun, is one of it. */
  #pending = 1;

  constructor(query: Query, context: unknown, resolve: (result: ExecutionResult) => void) {
    this.#query = query;
    this.#context = context;
    this.#resolve = resolve;
  }

  begin(plan: ObjectPlan): void {
    const scope = { isNull: false, container: this.#answer, key: 'data' };
    const data = this.#object(plan, undefined, undefined, scope);
    this.#answer.data = scope.isNull ? null : data;
    this.#settle();
  }

  #settle(): void {
    this.#pending -= 1;
    if (this.#pending > 0) return;
    const data = this.#answer.data as Container | null;
    this.#resolve(this.#errors.length > 0 ? { errors: this.#errors, data } : { data });
  }

  #object(plan: ObjectPlan, source: unknown, path: Path | undefined, scope: Scope): Container {
    const container = new AnswerObject();
    for (const field of plan.fields) {
      if (!isCopied(field, source, container)) this.#field(field, source, path, scope, container);
      if (scope.isNull) break;
    }
    return container;
  }

  #field(
    field: FieldPlan,
    source: unknown,
    parent: Path | undefined,
    scope: Scope,
    container: Container,
  ): void {
    const { key, shape, parentType } = field;
    const path = { prev: parent, key, typename: parentType.name };
    const place = { field, path, scope, container, key };
    try {
      container[key] = this.#complete(shape, this.#resolved(field, source, path), place);
    } catch (error) {
      this.#fail(shape, error, place);
    }
  }

  #resolved(plan: FieldPlan, source: unknown, path: Path): unknown {
    const resolve = plan.resolve ?? defaultFieldResolver;
    return resolve(source, this.#argumentsOf(plan), this.#context, this.#info(plan, path));
  }

  /** A field's arguments: read once, however many objects it is resolved for. */
  #argumentsOf(plan: FieldPlan): Arguments {
    let values = this.#arguments.get(plan);
    if (!values) {
      values = getArgumentValues(plan.field, plan.nodes[0], this.#query.variables);
      this.#arguments.set(plan, values);
    }
    return values;
  }

  #info({ field, nodes, parentType }: FieldPlan, path: Path): GraphQLResolveInfo {
    const { schema, fragments, operation, variables } = this.#query;
    return {
      fieldName: field.name,
      fieldNodes: nodes,
      returnType: field.type,
      parentType,
      path,
      schema,
      fragments,
      rootValue: undefined,
      operation,
      variableValues: variables,
    };
  }

  /** The part of the answer that a value becomes; null until it is there. Throws what is wrong with it. */
  #complete(shape: Shape, value: unknown, place: Place): unknown {
    if (isPromise(value))
      return this.#later(value, shape, place, (arrived) => this.#complete(shape, arrived, place));
    if (value instanceof Error) throw value;
    if (value == null) {
      if (!shape.nonNull) return null;
      const { parentType, field } = place.field;
      throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${field.name}.`);
    }
    if (shape.kind === 'leaf') return serialize(shape.type, value);
    const { container, key } = place;
    const scope = shape.nonNull ? place.scope : { isNull: false, container, key };
    const part = this.#composite(shape, value, place, scope);
    return scope.isNull ? null : part;
  }

  #composite(shape: CompositeShape, value: unknown, place: Place, scope: Scope): unknown {
    switch (shape.kind) {
      case 'list':
        return this.#list(shape.item, value, place, scope);
      case 'object':
        return this.#object(shape.plan, value, place.path, scope);
      case 'abstract': {
        const { type } = shape;
        const asType = (name: unknown): Container | null => {
          const part = this.#object(this.#planOf(shape, name), value, place.path, scope);
          return scope.isNull ? null : part;
        };
        const resolveType = type.resolveType ?? defaultTypeResolver;
        const name = resolveType(value, this.#context, this.#info(place.field, place.path), type);
        return isPromise(name) ? this.#later(name, shape, place, asType) : asType(name);
      }
    }
  }

  #planOf({ type, plans }: Extract<Shape, { kind: 'abstract' }>, name: unknown): ObjectPlan {
    const named = typeof name === 'string' ? this.#query.schema.getType(name) : undefined;
    const plan = named && plans.get(named);
    if (!plan) throw new Error(`${String(name)} is not one of the types of ${type.name}`);
    return plan;
  }

  #list(shape: Shape, values: unknown, { field, path }: Place, scope: Scope): unknown {
    if (typeof values !== 'object' || values === null || !(Symbol.iterator in values)) {
      const { parentType, field: of } = field;
      throw new Error(`Expected Iterable, but did not find one for field "${parentType.name}.${of.name}".`);
    }
    // The one kind of container besides the answer's objects.
    const items = [] as unknown as unknown[] & Container;
    let index = 0;
    for (const value of values as Iterable<unknown>) {
      const place = {
        field,
        path: { prev: path, key: index, typename: undefined },
        scope,
        container: items,
        key: index,
      };
      try {
        items[index] = this.#complete(shape, value, place);
      } catch (error) {
        this.#fail(shape, error, place);
      }
      if (scope.isNull) break;
      index += 1;
    }
    return items;
  }

  /** Completes what is promised when it arrives. Until then its place is null, so that the answer keeps its order. */
  #later(
    promise: PromiseLike<unknown>,
    shape: Shape,
    place: Place,
    complete: (value: unknown) => unknown,
  ): null {
    this.#pending += 1;
    void promise.then(
      (value) => {
        this.#arrive(shape, place, () => complete(value));
      },
      (error: unknown) => {
        this.#fail(shape, error, place);
        this.#settle();
      },
    );
    return null;
  }

  #arrive(shape: Shape, place: Place, complete: () => unknown): void {
    if (!place.scope.isNull) {
      try {
        place.container[place.key] = complete();
      } catch (error) {
        this.#fail(shape, error, place);
      }
    }
    this.#settle();
  }

  /** Notes an error, and makes null what it costs. Of a place that is null already nobody reads. */
  #fail({ nonNull }: Shape, error: unknown, { field, path, scope, container, key }: Place): void {
    if (scope.isNull) return;
    container[key] = null;
    if (nonNull) {
      scope.isNull = true;
      scope.container[scope.key] = null;
    }
    this.#errors.push(locatedError(error, field.nodes, responsePathAsArray(path)));
  }
}
