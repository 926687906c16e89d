using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Benchmarks;

/// <summary>Time of a bare OrtRun of every model file of a folder, as a ratio to the first by name; the files take turns, so that a drift of the machine falls on all.</summary>
internal static class ModelsBenchmark
{
    private const int RunsAPiece = 10;

    public static int Run(string folder, int rounds)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*.onnx").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{folder}' holds no .onnx file.");
        }
        BenchmarkEnvironment environment = BenchmarkEnvironment.Read();
        BareLoop[] loops = [.. files.Select(file => new BareLoop(ModelFile.Load(file), threads: 0))];
        try
        {
            var milliseconds = new double[files.Length];
            for (int round = 0; round < rounds; round++)
            {
                for (int i = 0; i < loops.Length; i++)
                {
                    milliseconds[i] += loops[i].Measure(RunsAPiece).MsPerRun;
                }
            }
            var report = new
            {
                Environment = environment,
                RunsEach = rounds * RunsAPiece,
                Models = files.Select((file, i) => new
                {
                    Name = Path.GetFileNameWithoutExtension(file),
                    Megabytes = Math.Round(new FileInfo(file).Length / 1e6, 1),
                    MsPerFrame = Math.Round(milliseconds[i] / rounds, 2),
                    RatioToFirst = Math.Round(milliseconds[i] / milliseconds[0], 2),
                }),
            };
            Console.WriteLine(JsonSerializer.Serialize(report, PipelineBenchmark.Json));
            return 0;
        }
        finally
        {
            Array.ForEach(loops, loop => loop.Dispose());
        }
    }
}
