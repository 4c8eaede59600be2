/** The smallest workflow that imports `holdpoint/workflow`. */
import { entrypoint } from 'holdpoint/workflow';

export const nothing = entrypoint('nothing', async () => undefined);
