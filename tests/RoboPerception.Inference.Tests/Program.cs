using RoboPerception.Core;

namespace RoboPerception.Inference.Tests;

/// <summary>
/// What the tests of a named library run in a process of their own: prints the version and the file the library was mapped from, or the
/// error, and ends with its exit code.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        try
        {
            Console.WriteLine(OnnxRuntimeLibrary.LoadedVersion);
            ModelFile model = ModelFile.Load(arguments[0]);
            using PerceptionEngine engine = PerceptionEngine.Start(model, new InferenceSettings { Providers = [ExecutionProvider.Cpu] });
            engine.Run(0);
            Console.WriteLine(File.ReadLines("/proc/self/maps").First(l => l.Contains("onnxruntime", StringComparison.Ordinal) && l.Contains(".so", StringComparison.Ordinal)));
            return 0;
        }
        catch (UserErrorException e)
        {
            Console.WriteLine(e.Message);
            return (int)e.ExitCode;
        }
    }
}
