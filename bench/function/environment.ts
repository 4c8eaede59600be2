/** What a function reads of its environment. The SDK reads the server's address and the task queue itself. */
const { BENCH_DEPLOYMENT: deploymentName = '', BENCH_BUNDLE: codePath = '' } = process.env;

export { codePath };
export const version = { deploymentName, buildId: '1' };
