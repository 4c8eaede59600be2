/**
 * `holdpoint completion`: prints the script with which a shell completes our commands, options and thread ids.
 *
 * The scripts pass the words of the line to `holdpoint complete`. They stay the same when commands or options change.
 */
import type { Context } from '../context.ts';
import { UsageError } from '../failure.ts';

// Each script passes the words up to the cursor, the last one as far as it is typed. A thread id may contain anything, so
// it is quoted and never expanded. (`compgen -W` would expand it.)
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_holdpoint() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$(printf %q "$word")")
  done < <(holdpoint complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _holdpoint holdpoint`,
  zsh: `#compdef holdpoint
_holdpoint() {
  local -a found
  found=("\${(@f)$(holdpoint complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _holdpoint holdpoint`,
  fish: `complete -c holdpoint -f -a '(holdpoint complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

export async function run({ args, out }: Context): Promise<void> {
  const [shell = ''] = args;
  const script = SCRIPTS[shell];
  if (script === undefined) {
    throw new UsageError(`Expected the shell to be one of ${Object.keys(SCRIPTS).join(', ')}, got ${shell}.`);
  }
  out.document({ shell, script }, () => [script]);
}
