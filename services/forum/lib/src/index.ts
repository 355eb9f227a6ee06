/** What the forum's services import. */
export { type CheckedData, checkData, type DataProblem } from './check-data.ts';
export { DEFAULT_DATA, type ForumData, type Post, type Thread, type User, withThread } from './data.ts';
export { runMicroservice } from './microservice.ts';
