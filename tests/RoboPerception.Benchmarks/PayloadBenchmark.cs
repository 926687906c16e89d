using System.Diagnostics;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Outputs;

namespace RoboPerception.Benchmarks;

/// <summary>What each encoding costs and how large it is, on a model's predictions for the golden input.</summary>
internal static class PayloadBenchmark
{
    private const int Rounds = 100;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public static int Run(string modelFile)
    {
        ModelFile model = ModelFile.Load(modelFile);
        using PerceptionEngine engine = PerceptionEngine.Start(model, new InferenceSettings { Providers = [ExecutionProvider.Cpu] });
        OutputBuffers predictions = engine.Outputs[0];
        ModelInput grid = model.Description.Input;
        var header = new FrameHeader(OutputKind.Depth, PayloadEncoding.Raw, 0, (ushort)grid.Width, (ushort)grid.Height, 640, 480, 0, 0, 0, 1, PixelTransform.Identity, 1, 0, 0, 0);
        var rows = new List<object>();
        foreach ((OutputKind kind, PayloadEncoding encoding) in new[]
        {
            (OutputKind.Segmentation, PayloadEncoding.Png), (OutputKind.Segmentation, PayloadEncoding.Fast), (OutputKind.Segmentation, PayloadEncoding.Raw),
            (OutputKind.Depth, PayloadEncoding.Png), (OutputKind.Depth, PayloadEncoding.Fast), (OutputKind.Depth, PayloadEncoding.Rvl), (OutputKind.Depth, PayloadEncoding.Raw),
            (OutputKind.Normals, PayloadEncoding.Png), (OutputKind.Normals, PayloadEncoding.Fast), (OutputKind.Normals, PayloadEncoding.Raw),
        })
        {
            var encoder = new PayloadEncoder(kind, encoding);
            var payload = new PayloadBuffer();
            var times = new List<double>();
            for (int i = 0; i < Rounds; i++)
            {
                long begun = Stopwatch.GetTimestamp();
                encoder.Encode(header, predictions, payload);
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
            times.Sort();
            rows.Add(new { output = Topics.NameOf(kind), encoding = encoding.ToString().ToLowerInvariant(), ms_p50 = Math.Round(times[Rounds / 2], 3), bytes = payload.Length });
        }
        Console.WriteLine(JsonSerializer.Serialize(new { environment = BenchmarkEnvironment.Read(), grid = $"{grid.Width}x{grid.Height}", payloads = rows }, Json));
        return 0;
    }
}
