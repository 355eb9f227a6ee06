/** What AWS answers, in the words of this command line. */
import { CutoverError, type ErrorCode } from '../../errors.ts';

/** Names that the SDK gives to missing or refused credentials. */
const CREDENTIALS = new Set([
  'CredentialsProviderError',
  'ExpiredTokenException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
]);

/**
 * Runs calls of the SDK.
 * @param what what was being done, for messages: `describing the service`
 * @throws CutoverError NO_CREDENTIALS | TARGET_UNREACHABLE | AWS_REFUSED; others, such as Ctrl-C, pass as they are
 */
export async function calling<T>(what: string, target: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translated(error, what, target);
  }
}

function translated(error: unknown, what: string, target: string): unknown {
  if (error instanceof CutoverError || !(error instanceof Error)) return error;
  if (error.name === 'AbortError' || error.name === 'Interrupted') return error;
  const problem = (code: ErrorCode, message: string, fix: string) =>
    new CutoverError({ code, address: target, message: `${what}: ${message}`, fix }, { cause: error });
  if (CREDENTIALS.has(error.name))
    return problem(
      'NO_CREDENTIALS',
      error.message,
      'sign in to AWS (AWS_PROFILE, aws sso login; an emulator takes any AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), or deploy on the plane: without --aws and --endpoint',
    );
  if (/region is missing/i.test(error.message))
    return problem('NO_CREDENTIALS', error.message, 'give --region, or set AWS_REGION');
  if ('$metadata' in error && '$fault' in error)
    return problem('AWS_REFUSED', `${error.name}: ${error.message}`, 'change the order as the message says');
  const code = (error as NodeJS.ErrnoException).code ?? (error.cause as NodeJS.ErrnoException | undefined)?.code;
  if (code !== undefined || error.name === 'TimeoutError')
    return problem('TARGET_UNREACHABLE', error.message || code || error.name, 'is it running? ./cutover status tells');
  return error;
}

/** Is it AWS's exception of this name? */
export function isAwsError(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && '$metadata' in error && names.includes(error.name);
}
