/** What a model writes: paragraphs, lists, code, and bold words. Everything else is shown as it is. */
import { Fragment } from 'react';

export function Prose({ text }: { text: string }) {
  return (
    <div className="prose">
      {text
        .split(/```/)
        .map((piece, index) =>
          index % 2 === 1 ? (
            <pre key={index}>{piece.replace(/^\w*\n/, '').trimEnd()}</pre>
          ) : (
            piece.split(/\n{2,}/).map((block, at) => <Block key={`${index}.${at}`} text={block.trim()} />)
          ),
        )}
    </div>
  );
}

function Block({ text }: { text: string }) {
  if (text === '') return null;
  const lines = text.split('\n');
  const items = lines.map((line) => /^(?:[-*]|\d+\.) +(.*)$/.exec(line)?.[1]);
  if (items.some((item) => item === undefined)) return <p>{inline(text)}</p>;
  const List = /^\d/.test(text) ? 'ol' : 'ul';
  return (
    <List>
      {items.map((item, index) => (
        <li key={index}>{inline(item ?? '')}</li>
      ))}
    </List>
  );
}

function inline(text: string) {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((piece, index) => {
    if (index % 2 === 0) return <Fragment key={index}>{piece}</Fragment>;
    return piece.startsWith('`') ? (
      <code key={index}>{piece.slice(1, -1)}</code>
    ) : (
      <strong key={index}>{piece.slice(2, -2)}</strong>
    );
  });
}
