using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Native;
using TorchSharp;

namespace RoboPerception.Training.Commands;

/// <summary><c>roboperception-train doctor</c>: the native libraries that training stands on, and the command that fixes what is missing.</summary>
internal static class DoctorCommand
{
    private const string Setup = "launch/setup.sh train";

    public static Command Create()
    {
        var command = new Command("doctor", "Shows the libraries that training uses: versions, variants, and what to do about those that are missing");
        command.SetAction((_, _) => UserErrors.Guard(Run, needsTorch: false));
        return command;
    }

    private static ExitCode Run()
    {
        var found = true;
        Show("TorchSharp", () => $"{TorchLibrary.TorchSharpVersion}, built with Torch={TorchLibrary.Variant}", Setup);
        Show("libtorch", () =>
        {
            TorchLibrary.Use();
            return $"{torch.__version__}{(TorchLibrary.NamedFolder is { } folder ? $" from {folder} ({TorchLibrary.PathVariable})" : " beside the program")}";
        }, $"{Setup}, or {TorchLibrary.PathVariable}=DIR with the folder of a libtorch");
        if (found)
        {
            Show("threads", () => string.Create(CultureInfo.InvariantCulture, $"{torch.get_num_threads()} of {Environment.ProcessorCount} processors"), Setup);
            Show("convolutions", () => Convolutions.OneDnnIsRight ? "oneDNN, checked" : string.Create(CultureInfo.InvariantCulture, $"without oneDNN, which is wrong on this processor (relative error {Convolutions.Deviation:0.0e+0})"), Setup);
            Show("CUDA", () => torch.cuda_is_available()
                ? string.Create(CultureInfo.InvariantCulture, $"{torch.cuda.device_count()} device(s)")
                : $"not available{(TorchLibrary.Variant == "cuda" ? ": install the NVIDIA driver" : $"; with an NVIDIA GPU: {Setup}")}", Setup);
        }

        Show("ONNX Runtime", () => $"{OnnxRuntimeChoice.Use()}, built with OnnxRuntime={BuildVariants.Of("OnnxRuntime", typeof(TorchLibrary).Assembly)}", Setup);
        Show("OpenCV", () => OpenCvSharp.Cv2.GetVersionString() ?? "?", "launch/setup.sh train");
        return found ? ExitCode.Ok : ExitCode.Failed;

        void Show(string part, Func<string> detail, string remedy)
        {
            try
            {
                Console.WriteLine($"  {part,-14} ok       {detail()}");
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Whatever a native library throws while it loads is the finding.
                found = false;
                var root = error;
                while (root is not UserErrorException && root.InnerException is { } inner)
                {
                    root = inner;
                }

                Console.WriteLine($"  {part,-14} MISSING  {root.Message.ReplaceLineEndings(" ")}");
                Console.WriteLine($"  {"",-14}          fix: {remedy}");
            }
        }
    }
}
