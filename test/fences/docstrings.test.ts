/**
 * Every name of a door has a docstring, and so has every member of an exported type: what an editor shows on hover.
 *
 * The compiler finds the docstrings, as it does for an editor. A tag such as `@default` alone does not count.
 */
import { join } from 'node:path';
import { API, SymbolFlags, type Checker, type Project, type Symbol as Name } from 'typescript/unstable/sync';
import { SyntaxKind, type Node } from 'typescript/unstable/ast';
import { expect, test } from 'vitest';
import { root } from './tsc.ts';

const DOORS = ['activity', 'agent', 'chat', 'client', 'lambda', 'openai', 'previews', 'testing', 'worker', 'workflow'];

test('every exported name, and every member of an exported type, has a docstring', () => {
  const api = new API();
  try {
    const config = join(root, 'tsconfig.build.json');
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    if (!project) throw new Error('Expected the compiler to open tsconfig.build.json');
    const missing = DOORS.flatMap((door) => exportsOf(project, door)).flatMap((name) => undocumented(project, name));
    expect([...new Set(missing)].toSorted()).toEqual([]);
  } finally {
    api.close();
  }
});

function exportsOf({ program, checker }: Project, door: string): readonly Name[] {
  const file = program.getSourceFile(join(root, 'src', `${door}.ts`));
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`Expected src/${door}.ts to be a module`);
  return checker
    .getExportsOfModule(module)
    .map((name) => (name.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name));
}

/** The name itself if it has no docstring, and its members without one. */
function undocumented(project: Project, name: Name): readonly string[] {
  const declarations = name.declarations.flatMap((handle) => {
    const node = handle.resolve(project);
    return node ? [node] : [];
  });
  const members = declarations.flatMap((node) => membersOf(node, project.checker, name.name));
  const inherited = declarations.some(({ kind }) => TYPES.includes(kind)) ? inheritedBy(project, name) : [];
  // A call shows the docstring of its overload, and falls back to none.
  const overloads = declarations.filter(({ kind }) => kind === SyntaxKind.FunctionDeclaration).slice(0, -1);
  const isDocumented =
    overloads.length > 0
      ? overloads.every(hasDocstring)
      : name.getDocumentationComment(project.checker) !== '' || declarations.some(hasDocstring);
  return [...(isDocumented ? [] : [place(name.name, declarations[0])]), ...members, ...inherited];
}

const MEMBERS: readonly SyntaxKind[] = [
  SyntaxKind.PropertySignature,
  SyntaxKind.PropertyDeclaration,
  SyntaxKind.MethodSignature,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.GetAccessor,
];
const TYPES: readonly SyntaxKind[] = [
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.ClassDeclaration,
  SyntaxKind.TypeAliasDeclaration,
];

/** The members without a docstring that a type has from elsewhere in `src`. */
function inheritedBy(project: Project, name: Name): readonly string[] {
  const { checker } = project;
  const members = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(name));
  return members.flatMap((member) => {
    // Names that start so are private, or symbols.
    if (/^(?:#|__)/.test(member.name) || member.getDocumentationComment(checker) !== '') return [];
    const node = member.declarations[0]?.resolve(project);
    return node?.getSourceFile().fileName.startsWith(join(root, 'src'))
      ? [place(`${name.name}.${member.name}`, node)]
      : [];
  });
}

/** The members of a type without a docstring, those of types within it too. */
function membersOf(declaration: Node, checker: Checker, name: string): readonly string[] {
  if (!TYPES.includes(declaration.kind)) return [];
  const missing: string[] = [];
  const visit = (node: Node, path: string): void => {
    // What a conditional type takes apart is not shown, and neither are function bodies.
    if (node.kind === SyntaxKind.IndexedAccessType || node.kind === SyntaxKind.Block) return;
    if (node.kind === SyntaxKind.CallSignature && !hasDocstring(node)) missing.push(place(`${path}()`, node));
    let inside = path;
    if (MEMBERS.includes(node.kind)) {
      const own = (node as Node & { readonly name: Node }).name;
      if (own.kind === SyntaxKind.PrivateIdentifier || own.kind === SyntaxKind.ComputedPropertyName) return;
      inside = `${path}.${own.getText()}`;
      const member = checker.getSymbolAtLocation(own);
      if (!member || member.getDocumentationComment(checker) === '') missing.push(place(inside, node));
    }
    node.forEachChild((child) => visit(child, inside));
  };
  visit(declaration, name);
  return missing;
}

function hasDocstring(node: Node): boolean {
  return (node as Node & { readonly jsDoc?: readonly unknown[] }).jsDoc !== undefined;
}

function place(name: string, node: Node | undefined): string {
  const file = node?.getSourceFile().fileName.slice(root.length) ?? 'somewhere';
  return `${file}: ${name}`;
}
