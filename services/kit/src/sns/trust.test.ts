import test from 'ava';
import { testConfig } from '../testing/service.ts';
import { decideCertSource, decideSubscribeVisit, trustOf } from './trust.ts';

const trust = trustOf(
  testConfig({
    SIGNING_CERT_HOSTS: 'certs.example',
    CUTOVER_SIGNING_CERT_HOSTS: '127.0.0.1:4568',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
  }),
);
const topic = 'arn:aws:sns:us-east-1:000000000000:Orders';

for (const url of [
  'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem',
  'https://sns.us-gov-west-1.amazonaws.com/a.pem',
  'https://sns.cn-north-1.amazonaws.com.cn/a.pem',
  'https://certs.example/a.pem',
  'https://127.0.0.1:4568/SimpleNotificationService-1.pem',
]) {
  test(`certificate fetched: ${url}`, (t) => {
    t.is(decideCertSource(url, trust), 'fetch');
  });
}

for (const url of [
  'http://sns.us-east-1.amazonaws.com/a.pem',
  'https://sns.us-east-1.amazonaws.com.evil.com/a.pem',
  'https://sns.us-east-1.amazonaws.com@evil.com/a.pem',
  'https://evil.com#@sns.us-east-1.amazonaws.com/a.pem',
  'https://evil.com\\@sns.us-east-1.amazonaws.com/a.pem',
  'https://evil-sns.us-east-1.amazonaws.com/a.pem',
  'https://evil.sns.us-east-1.amazonaws.com/a.pem',
  'https://sns.us-east-1.amazonaws.com:8443/a.pem',
  'https://sns.us-east-1.amazonaws.com./a.pem',
  'https://snsXus-east-1.amazonaws.com/a.pem',
  'https://sns.evil.com.amazonaws.com/a.pem',
  'https://sns.s3.amazonaws.com/a.pem',
  'https://SNS.us-east-1.amazonaws.com/a.pem',
  'https://sns.us-east-1.amazonaws.com/a.pem?x=1',
  'https://sns.us-east-1.amazonaws.com/a.pem#x',
  'https://sns.us-east-1.amazonaws.com/../a.pem',
  'https://sns.us-east-1.amazonaws.com/a.txt',
  'https://sns.us-east-1.amazonaws.com/a.pem\n',
  'https://\tsns.us-east-1.amazonaws.com/a.pem',
  'https://127.0.0.1:4569/a.pem',
  'https://2130706433:4568/a.pem',
  'https://loadtest.cutover.invalid/cert.pem',
  'file:///etc/passwd.pem',
  'data:application/x-pem-file,x.pem',
  '',
  'x'.repeat(5_000),
]) {
  test(`certificate refused: ${url.slice(0, 80)}`, (t) => {
    t.is(typeof decideCertSource(url, trust), 'object');
  });
}

test("the load test's certificate is taken by address only where it is set", (t) => {
  const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----';
  const withTest = trustOf(testConfig({ LOADTEST_SIGNING_CERT: pem }));
  t.is(decideCertSource('https://loadtest.cutover.invalid/cert.pem', withTest), 'load-test');
  t.is(typeof decideCertSource('https://loadtest.cutover.invalid/cert.pem?', withTest), 'object');
});

const confirm = (origin: string, arn = topic) => `${origin}/?Action=ConfirmSubscription&TopicArn=${arn}&Token=abc`;

for (const url of [confirm('https://sns.us-east-1.amazonaws.com'), confirm('http://127.0.0.1:4566')]) {
  test(`visited: ${url}`, (t) => {
    t.is(decideSubscribeVisit(url, topic, trust), 'visit');
  });
}

for (const url of [
  confirm('http://sns.us-east-1.amazonaws.com'),
  confirm('https://127.0.0.1:4566'),
  confirm('http://127.0.0.1:4567'),
  confirm('http://127.0.0.1:4566@evil.com'),
  confirm('http://169.254.169.254'),
  confirm('https://certs.example'),
  confirm('https://sns.us-east-1.amazonaws.com.evil.com'),
  confirm('https://sns.us-east-1.amazonaws.com', `${topic}2`),
  'https://sns.us-east-1.amazonaws.com/?Action=DeleteTopic&TopicArn=x',
  `http://127.0.0.1:4566/?Action=DeleteTopic&TopicArn=${topic}`,
]) {
  test(`not visited: ${url}`, (t) => {
    t.is(typeof decideSubscribeVisit(url, topic, trust), 'object');
  });
}
