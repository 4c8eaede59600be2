/** The key of the server's API. It lies in AWS Secrets Manager, so no template, environment or package has it. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** @param secret The name or the ARN of a secret whose text is the key. */
export async function readApiKey(secret: string): Promise<string> {
  const client = new SecretsManagerClient();
  try {
    const { SecretString: key } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
    if (!key) throw new Error(`Expected the secret \`${secret}\` to be the text of an API key, got none.`);
    return key;
  } finally {
    client.destroy();
  }
}
