using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Benchmarks.Faults;

/// <summary><c>bench.sh faults</c>: what goes wrong in the field, many times over, with the real program; JSON with what came of it.</summary>
internal static class FaultsBenchmark
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Which faults, how often, how long.</summary>
    /// <param name="Model">The ONNX file; null = a small one made for this, since the faults do not ask for the weights.</param>
    /// <param name="Quick">Few repetitions: does it work at all.</param>
    /// <param name="Only">Kinds whose names contain this.</param>
    /// <param name="Minutes">Of the soak.</param>
    /// <param name="Times">Repetitions of killed brokers and cameras.</param>
    /// <param name="Cuts">Seconds of each cut of the network.</param>
    public sealed record Request(string? Model, bool Quick, string Only, double Minutes, int Times, IReadOnlyList<int> Cuts);

    /// <summary>Runs them; prints JSON.</summary>
    /// <returns>0 if every promise was kept, else 1.</returns>
    public static async Task<int> RunAsync(Request request, string? output)
    {
        string folder = Directory.CreateTempSubdirectory("rp-faults-").FullName;
        try
        {
            string model = Small(320, 240);
            var environment = BenchmarkEnvironment.Read();
            int times = request.Quick ? 5 : request.Times;
            (string Name, Func<Task<(object Report, bool IsGood)>> Run)[] kinds =
            [
                ("broker", () => BrokerFault.RunAsync(model, times)),
                ("source", () => SourceFault.RunAsync(model, times)),
                ("disk", () => DiskFault.RunAsync(model)),
                ("network", () => NetworkFault.RunAsync(model, request.Quick ? [5] : request.Cuts)),
                ("soak", () => SoakRun.RunAsync(Small(96, 72), request.Quick ? 1 : request.Minutes, size: "320x240", save: Save)),
            ];
            var reports = new Dictionary<string, object>();
            bool isGood = true;
            foreach ((string name, Func<Task<(object Report, bool IsGood)>> run) in kinds.Where(k => k.Name.Contains(request.Only, StringComparison.Ordinal)))
            {
                Console.Error.WriteLine($"faults: {name}");
                (object report, bool good) = await run();
                reports[name] = report;
                isGood &= good;
            }
            string json = JsonSerializer.Serialize(new { Environment = environment, Model = request.Model ?? "made for this, 320x240; 96x72 for the soak", Faults = reports, AllPromisesKept = isGood }, Indented);
            Console.WriteLine(json);
            if (output is not null)
            {
                File.WriteAllText(output, json);
            }
            return isGood ? 0 : 1;

            // Growth does not ask for pixels: hours of it leave the machine to others.
            string Small(int width, int height)
            {
                string path = request.Model ?? Path.Combine(folder, $"{width}x{height}.onnx");
                if (request.Model is null)
                {
                    File.WriteAllBytes(path, new TestModel { Width = width, Height = height }.ToBytes());
                }
                return path;
            }

            void Save(object soFar)
            {
                if (output is not null)
                {
                    File.WriteAllText(output + ".part", JsonSerializer.Serialize(new { Environment = environment, Soak = soFar }, Indented));
                    File.Move(output + ".part", output, overwrite: true);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
