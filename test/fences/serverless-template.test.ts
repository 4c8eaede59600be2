/** The template of `examples/serverless`, against what AWS publishes about the properties of its resources. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { PropertyType, Resource, ResourceProperties } from '@aws-cdk/service-spec-types';
import { expect, test } from 'vitest';
import { parse, type CollectionTag, type ScalarTag } from 'yaml';
import { root } from './tsc.ts';

interface Declared {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly UpdateReplacePolicy?: string;
}
interface Template {
  readonly Parameters: Readonly<Record<string, { readonly MinValue?: number }>>;
  readonly Resources: Readonly<Record<string, Declared>>;
}

const spec = loadAwsServiceSpecSync();
const example = (name: string): string => readFileSync(join(root, 'examples/serverless', name), 'utf8');
const source = example('template.yaml');
const { Parameters, Resources } = read(source);

/** Reads `!Ref A` as `{ Ref: 'A' }`, and the functions with a list as that list. */
function read(text: string): Template {
  const short = (name: string, key: string): ScalarTag => ({
    tag: `!${name}`,
    resolve: (value) => ({ [key]: value }),
  });
  const list = (name: string): CollectionTag => ({ tag: `!${name}`, collection: 'seq', resolve: (items) => items });
  const customTags = [
    short('Ref', 'Ref'),
    short('GetAtt', 'Fn::GetAtt'),
    short('Sub', 'Fn::Sub'),
    ...['If', 'Not', 'Equals'].map(list),
  ];
  return parse(text, { customTags }) as Template;
}

function resourceOf(type: string): Resource | undefined {
  return spec.lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

/** What AWS would refuse, or does not know. */
function problems(template: Template): string[] {
  return [
    ...Object.entries(template.Resources).flatMap(([name, { Type, Properties }]) => {
      const resource = resourceOf(Type);
      return resource ? misfits(resource.properties, Properties, name) : [`${name}: there is no type ${Type}`];
    }),
    ...strays(template, template),
  ];
}

/** Properties that are unknown, missing, or of another kind, at any depth. */
function misfits(properties: ResourceProperties, given: Readonly<Record<string, unknown>>, path: string): string[] {
  const missing = Object.keys(properties).filter((name) => properties[name]?.required && !(name in given));
  return [
    ...missing.map((name) => `${path}: ${name} is missing`),
    ...Object.entries(given).flatMap(([name, value]) => {
      const property = properties[name];
      return property ? misfit(property.type, value, `${path}.${name}`) : [`${path}: ${name} is unknown`];
    }),
  ];
}

function misfit(type: PropertyType, value: unknown, path: string): string[] {
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'))) return [];
  switch (type.type) {
    case 'ref': {
      if (!isObject) return [`${path} is no object`];
      return misfits(spec.get('typeDefinition', type.reference).properties, { ...value }, path);
    }
    case 'array': {
      if (!Array.isArray(value)) return [`${path} is no list`];
      return value.flatMap((item, index) => misfit(type.element, item, `${path}.${index}`));
    }
    case 'string':
      if (typeof value !== 'string') return [`${path} is no text`];
      return type.allowedValues && !type.allowedValues.includes(value) ? [`${path} may not be ${value}`] : [];
    case 'integer':
      return Number.isInteger(value) ? [] : [`${path} is no integer`];
    default:
      return [];
  }
}

/** References to what the template does not have. */
function strays(value: unknown, { Parameters: parameters, Resources: resources }: Template): string[] {
  const names = (item: unknown): string[] => {
    if (typeof item !== 'object' || item === null) return [];
    const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': pattern } = item as Record<string, string | undefined>;
    const inPattern = pattern === undefined ? [] : [...pattern.matchAll(/\$\{([^}]+)\}/g)].map(([, name = '']) => name);
    const found = [ref, attribute, ...inPattern].filter((name) => name !== undefined);
    return [...found, ...Object.values(item).flatMap(names)];
  };
  return names(value)
    .filter((name) => {
      const [resource = '', attribute] = name.split('.');
      if (attribute === undefined) return !name.startsWith('AWS::') && !(name in parameters) && !(name in resources);
      return !(attribute in (resourceOf(resources[resource]?.Type ?? '')?.attributes ?? {}));
    })
    .map((name) => `there is no ${name}`);
}

test('AWS knows every type, property and attribute of the template', () => {
  expect(problems(read(source))).toEqual([]);
});

test.each([
  ['MemorySize:', 'MemorySizes:', 'Function: MemorySizes is unknown'],
  ['        S3Key:', '        S3File:', 'Function.Code: S3File is unknown'],
  ['FunctionName: !Ref Function', 'Name: !Ref Function', 'Version: FunctionName is missing'],
  ['RetentionInDays: 30', 'RetentionInDays: a month', 'LogGroup.RetentionInDays is no integer'],
  ['AWS::Logs::LogGroup', 'AWS::Logs::Group', 'LogGroup: there is no type AWS::Logs::Group'],
  ['!GetAtt ExecutionRole.Arn', '!GetAtt ExecutionRole.ARN', 'there is no ExecutionRole.ARN'],
  ['!Ref TemporalRoles', '!Ref TemporalRole', 'there is no TemporalRole'],
])('a template with a mistake is refused: %s as %s', (right, wrong, problem) => {
  expect(source).toContain(right);
  expect(problems(read(source.replace(right, wrong)))).toContain(problem);
});

test('a new build id publishes a version, and keeps the earlier one for the threads that began on it', () => {
  const { Version: version } = Resources;
  expect(version).toMatchObject({ UpdateReplacePolicy: 'Retain', Properties: { Description: { Ref: 'BuildId' } } });
  expect(resourceOf('AWS::Lambda::Version')?.properties['Description']?.causesReplacement).toBe('yes');
});

test('the function is given what its handler reads, and a timeout that holds an end', () => {
  const { Environment } = Resources['Function']!.Properties as { Environment: { Variables: object } };
  const own = Object.keys(Environment.Variables).filter((name) => !name.startsWith('TEMPORAL_'));
  const read = /const \{(.*)\} = process\.env/.exec(example('handler.ts'))?.[1] ?? '';
  expect(own.toSorted()).toEqual([...read.matchAll(/[A-Z_]{4,}/g)].map(([name]) => name).toSorted());
  expect(Parameters['TimeoutSeconds']?.MinValue).toBe(30);
});

test("Temporal's role may do the two calls of its controller, on any version, and only with the external id", () => {
  expect(Resources['InvocationRole']?.Properties).toMatchObject({
    AssumeRolePolicyDocument: {
      Statement: [
        { Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } } },
      ],
    },
    Policies: [
      {
        PolicyDocument: {
          Statement: [
            {
              Action: ['lambda:InvokeFunction', 'lambda:GetFunction'],
              Resource: { 'Fn::Sub': '${Function.Arn}:*' },
            },
          ],
        },
      },
    ],
  });
});
