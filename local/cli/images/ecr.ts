/** Amazon ECR, or whatever speaks its API: authorization, repositories, and what they hold. */
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  type ECRClientConfig,
  GetAuthorizationTokenCommand,
  PutLifecyclePolicyCommand,
  type Repository,
} from '@aws-sdk/client-ecr';
import { CutoverError, type Problem } from '../../errors.ts';
import { calling, isAwsError } from '../deploy/aws-errors.ts';
import type { RepositorySettings } from './repository-settings.ts';
import type { SourceRepository } from './source.ts';

export interface RegistryFlags {
  /** Default: AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL, AWS itself. */
  readonly endpoint?: string;
  readonly region: string;
}

export interface Authorization {
  /** `host[:port]` that images are pushed to. */
  readonly host: string;
  /** base64 of `AWS:password`; good for twelve hours. */
  readonly authorization: string;
  readonly plainHttp: boolean;
}

export interface RemoteRepository {
  readonly name: string;
  /** `host[:port]/name`. */
  readonly uri: string;
  readonly immutable: boolean;
  readonly created: boolean;
}

const ATTEMPTS = 5;

export class EcrRegistry {
  readonly #client: ECRClient;
  /** For people. */
  readonly name: string;

  constructor({ endpoint, region }: RegistryFlags) {
    const url = endpoint ?? process.env['AWS_ENDPOINT_URL_ECR'] ?? process.env['AWS_ENDPOINT_URL'];
    const config: ECRClientConfig = { region, maxAttempts: ATTEMPTS };
    if (url) config.endpoint = url;
    // An emulator on this machine checks no signature.
    if (url && isLoopback(new URL(url).hostname) && !process.env['AWS_ACCESS_KEY_ID'])
      config.credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    this.#client = new ECRClient(config);
    this.name = url ? `ECR at ${url}` : `Amazon ECR in ${region}`;
  }

  /** @throws CutoverError NO_CREDENTIALS | TARGET_UNREACHABLE | AWS_REFUSED */
  async authorize(signal?: AbortSignal): Promise<Authorization> {
    const { authorizationData = [] } = await this.#call('signing in to the registry', () =>
      this.#client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal }),
    );
    const { authorizationToken = '', proxyEndpoint = '' } = authorizationData[0] ?? {};
    const url = URL.parse(proxyEndpoint);
    if (url && authorizationToken && (url.protocol === 'https:' || isLoopback(url.hostname)))
      return { host: url.host, authorization: authorizationToken, plainHttp: url.protocol === 'http:' };
    throw new CutoverError({
      code: 'AWS_REFUSED',
      address: this.name,
      message: 'the registry’s address cannot be used',
      value: proxyEndpoint,
      rule: 'a token is sent over https, over http only to this machine itself',
      fix: 'use an endpoint whose GetAuthorizationToken names such an address',
    });
  }

  /** The repository as it is, created where it is missing. @throws CutoverError */
  async findOrCreate(repository: SourceRepository): Promise<RemoteRepository> {
    const found = await this.#find(repository.name);
    if (found) return remote(found, false);
    const { settings } = repository;
    if (typeof settings === 'string') throw new CutoverError(notCreatable(repository, settings));
    const created = await this.#create(repository.name, settings);
    return created ? remote(created, true) : remote((await this.#find(repository.name)) ?? {}, false);
  }

  /** Digest of each of these tags that the repository holds. */
  async digests(repositoryName: string, tags: readonly string[]): Promise<Map<string, string>> {
    const held = new Map<string, string>();
    for (const imageTag of tags) {
      const digest = await this.#call('describing the image', () => this.#digest(repositoryName, imageTag));
      if (digest !== null) held.set(imageTag, digest);
    }
    return held;
  }

  close(): void {
    this.#client.destroy();
  }

  /** A tag a call: asked for several at once, ECR refuses all where one is missing. */
  async #digest(repositoryName: string, imageTag: string): Promise<string | null> {
    try {
      const input = { repositoryName, imageIds: [{ imageTag }] };
      const { imageDetails = [] } = await this.#client.send(new DescribeImagesCommand(input));
      return imageDetails[0]?.imageDigest ?? null;
    } catch (error) {
      if (isAwsError(error, 'ImageNotFoundException')) return null;
      throw error;
    }
  }

  #find(name: string): Promise<Repository | null> {
    return this.#call('describing the repository', async () => {
      try {
        const { repositories = [] } = await this.#client.send(
          new DescribeRepositoriesCommand({ repositoryNames: [name] }),
        );
        return repositories[0] ?? null;
      } catch (error) {
        if (isAwsError(error, 'RepositoryNotFoundException')) return null;
        throw error;
      }
    });
  }

  /** @returns null where it is there by now */
  async #create(repositoryName: string, settings: RepositorySettings): Promise<Repository | null> {
    const { tagMutability, scanOnPush, lifecyclePolicy, kmsKey } = settings;
    const command = new CreateRepositoryCommand({
      repositoryName,
      imageTagMutability: tagMutability,
      imageScanningConfiguration: { scanOnPush },
      ...(kmsKey === null ? {} : { encryptionConfiguration: { encryptionType: 'KMS', ...(kmsKey ? { kmsKey } : {}) } }),
    });
    const repository = await this.#call(`creating the repository ${repositoryName}`, async () => {
      try {
        return (await this.#client.send(command)).repository;
      } catch (error) {
        // Somebody was faster: it is as they made it.
        if (isAwsError(error, 'RepositoryAlreadyExistsException')) return null;
        throw error;
      }
    });
    if (repository === null) return null;
    if (lifecyclePolicy !== null)
      await this.#call('setting its lifecycle policy', () =>
        this.#client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: lifecyclePolicy })),
      );
    return repository ?? {};
  }

  /** AWS's refusals with a way on that fits images. */
  async #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await calling(what, this.name, call);
    } catch (error) {
      if (!(error instanceof CutoverError)) throw error;
      throw new CutoverError(
        error.problems.map((problem) => ({ ...problem, fix: fixFor(problem) ?? '' })),
        { cause: error },
      );
    }
  }
}

function fixFor({ code, message, fix }: Problem): string | undefined {
  if (code === 'NO_CREDENTIALS')
    return 'sign in to AWS (AWS_PROFILE, aws sso login), or name an emulator: --endpoint URL';
  if (code === 'TARGET_UNREACHABLE')
    return 'is the endpoint running, and its address right? --endpoint, AWS_ENDPOINT_URL';
  if (/UnknownOperation|InvalidAction|NotImplemented/.test(message))
    return 'this endpoint keeps no images (the plane builds its own and needs none pushed): name AWS or an emulator';
  if (code === 'AWS_REFUSED')
    return /AccessDenied|not authorized/i.test(message)
      ? 'give whoever pushes that right: ecr:GetAuthorizationToken, and of the repositories ecr:DescribeRepositories, DescribeImages, CreateRepository, PutLifecyclePolicy and those that layers are pushed by'
      : 'correct what the message names';
  return fix;
}

function remote(
  { repositoryName = '', repositoryUri = '', imageTagMutability }: Repository,
  created: boolean,
): RemoteRepository {
  return { name: repositoryName, uri: repositoryUri, immutable: imageTagMutability === 'IMMUTABLE', created };
}

function notCreatable({ name, address }: SourceRepository, reason: string): Problem {
  return {
    code: 'PUSH_FAILED',
    address,
    message: `the repository ${name} is missing, and is not created here: ${reason}`,
    value: name,
    rule: 'a missing repository is created only where the JSON alone says how',
    fix: 'deploy its stack first: npx cdktf deploy',
  };
}

/** Loopback by name or address. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname.endsWith('.localhost') ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
