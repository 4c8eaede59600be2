/** The inbox in Next.js: this is `app/inbox/[[...path]]/route.ts`. */
import { inbox } from './inbox.ts';

const handle = (request: Request): Promise<Response> => inbox.fetch(request);

export { handle as DELETE, handle as GET, handle as POST };
export const dynamic = 'force-dynamic';
