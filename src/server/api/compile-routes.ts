import { AjvCompiler } from "@fastify/ajv-compiler";
import { SerializerSelector } from "@fastify/fast-json-stringify-compiler";
import type { FastifySchemaCompiler, FastifySerializerCompiler } from "fastify";

const buildValidator = AjvCompiler();
const STRICT = { removeAdditional: false, allErrors: false, coerceTypes: false } as const;
/** A body is typed already; what stands in an address is text, and a number there is written as one. */
const validators = {
  body: buildValidator({}, { customOptions: STRICT }),
  address: buildValidator({}, { customOptions: { ...STRICT, coerceTypes: true } }),
};
const buildSerializer = SerializerSelector()({}, {});

type Validate = ReturnType<FastifySchemaCompiler<unknown>>;

/**
 * Compiles a part of a route when it is first used: there are hundreds, and a process that starts may need none.
 * Fastify reads the errors from the function that it called.
 */
export const compileValidator: FastifySchemaCompiler<unknown> = (part) => {
  let compiled: Validate | undefined;
  const validate: Validate = (data: unknown) => {
    compiled ??= validators[part.httpPart === "body" ? "body" : "address"](part) as Validate;
    const isValid = compiled(data);
    validate.errors = compiled.errors ?? null;
    return isValid;
  };
  return validate;
};

/** The same for an answer. A field that its schema does not know is left out. */
export const compileSerializer: FastifySerializerCompiler<unknown> = (route) => {
  let compiled: ((answer: unknown) => string) | undefined;
  return (answer: unknown) => {
    compiled ??= buildSerializer({ ...route, httpStatus: route.httpStatus ?? "200" });
    return compiled(answer);
  };
};
