/** "Each lifecycle stage can last for up to 24 hours" (ECS blue-green-deployment-how-it-works); of linear traffic, each step. */
export const STAGE_LIMIT_MS = 24 * 3_600_000;
