export const trainProgram = '';
