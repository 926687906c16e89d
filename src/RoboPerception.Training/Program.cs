using RoboPerception.Core;
using RoboPerception.Training.Commands;

return ProgramGuard.Run("roboperception-train", args, TrainerProgram.Run);
