using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Benchmarks;

/// <summary>
/// What recording costs: a replay as fast as it goes, published and received by another process, without a recording and with one, in turn. A ratio is
/// frames/s with it, divided by the mean of the runs before and after it; figures are medians of the rounds. As the source is a
/// recording, every frame is written: nothing that is too slow is left out.
/// </summary>
internal static class RecordingBenchmark
{
    public static async Task<int> RunAsync(string modelFile, string source, int frames, int rounds, string? outFile)
    {
        ModelFile model = ModelFile.Load(modelFile);
        BenchmarkEnvironment environment = BenchmarkEnvironment.Read();
        using LocalBroker broker = LocalBroker.Start();
        string folder = Directory.CreateTempSubdirectory("recording").FullName;
        var recorded = Enum.GetValues<RecordedInput>().ToDictionary(kind => kind, _ => new List<Turn>());
        List<SenderFigures> without = [];
        try
        {
            // The first is not counted: it loads what all of them use.
            await RunAsync(null);
            without.Add((await RunAsync(null)).Figures);
            for (int round = 0; round < rounds; round++)
            {
                foreach ((RecordedInput kind, List<Turn> turns) in recorded)
                {
                    (SenderFigures with, long bytes) = await RunAsync(kind);
                    SenderFigures before = without[^1], after = (await RunAsync(null)).Figures;
                    without.Add(after);
                    turns.Add(new Turn((before.MsPerFrame + after.MsPerFrame) / 2 / with.MsPerFrame, with.CpuMs - ((before.CpuMs + after.CpuMs) / 2), with, bytes));
                    Console.Error.WriteLine(FormattableString.Invariant($"round {round + 1} of {rounds}, input {kind}: ratio {turns[^1].Ratio:0.000}, {turns[^1].CpuMs:0.0} ms CPU a frame more"));
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        PipelineBenchmark.Write(
            new
            {
                Environment = environment,
                Model = new { model.Description.Name, Id = model.Sha256[..16], Grid = $"{model.Description.Input.Width}x{model.Description.Input.Height}" },
                Source = Path.GetFileName(source),
                Frames = frames,
                Rounds = rounds,
                Without = new { PerSecond = Math.Round(1000 / SenderFigures.Middle(without.Select(w => w.MsPerFrame)), 2), CpuMsPerFrame = Math.Round(SenderFigures.Middle(without.Select(w => w.CpuMs)), 2) },
                Recorded = recorded.ToDictionary(r => r.Key.ToString().ToLowerInvariant(), r => Report(r.Value, frames)),
            },
            outFile);
        return 0;

        async Task<(SenderFigures Figures, long Bytes)> RunAsync(RecordedInput? kind)
        {
            string file = Path.Combine(folder, "run.mcap");
            (SenderFigures figures, _) = await NodeRun.MeasureAsync(broker, modelFile, source, frames, "png", kind is { } input ? new RecordingSettings(file, input) : null);
            long bytes = kind is null ? 0 : new FileInfo(file).Length;
            File.Delete(file);
            return (figures, bytes);
        }
    }

    private static object Report(List<Turn> turns, int frames) => new
    {
        PerSecond = Math.Round(1000 / SenderFigures.Middle(turns.Select(t => t.Figures.MsPerFrame)), 2),
        Ratio = Math.Round(SenderFigures.Middle(turns.Select(t => t.Ratio)), 3),
        RatioOfRounds = turns.Select(t => Math.Round(t.Ratio, 3)),
        CpuMsPerFrameMore = Math.Round(SenderFigures.Middle(turns.Select(t => t.CpuMs)), 2),
        BytesPerFrame = Math.Round(SenderFigures.Middle(turns.Select(t => (double)t.Bytes / (frames + SenderFigures.WarmUp)))),
    };

    private sealed record Turn(double Ratio, double CpuMs, SenderFigures Figures, long Bytes);
}
