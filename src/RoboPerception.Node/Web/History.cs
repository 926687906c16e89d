using RoboPerception.Core;
using RoboPerception.Node.Pipeline;

namespace RoboPerception.Node.Web;

/// <summary>
/// The last minutes, a sample a second: rates, and mean durations of the frames of that second, so that the page has a past to show
/// when it is opened.
/// </summary>
internal sealed class History(TimeProvider clock)
{
    private const int Kept = 300;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Track> tracks = [];

    /// <summary>Takes a sample of every camera. Called once a second.</summary>
    public void Sample(IReadOnlyList<CameraPipeline> cameras)
    {
        double now = clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        lock (gate)
        {
            foreach (CameraPipeline camera in cameras)
            {
                if (!tracks.TryGetValue(camera.Camera.Id, out Track? track))
                {
                    tracks[camera.Camera.Id] = track = new Track();
                }
                track.Add(now, camera);
            }
        }
    }

    /// <summary>The samples of a camera after a time, oldest first.</summary>
    /// <param name="camera">The camera's id.</param>
    /// <param name="after">Seconds since the UNIX epoch; 0 = all.</param>
    public IReadOnlyList<HistorySample> Of(string camera, double after)
    {
        lock (gate)
        {
            return tracks.TryGetValue(camera, out Track? track) ? [.. track.Samples.Where(s => s.Time > after)] : [];
        }
    }

    private sealed class Track
    {
        private readonly (long Count, long Sum)[] stages = new (long, long)[Stages.All.Count];
        private (long Count, long Sum) age;
        private long published;
        private long captured;
        private long dropped;
        private double before;

        public Queue<HistorySample> Samples { get; } = new();

        public void Add(double now, CameraPipeline camera)
        {
            PipelineStatistics statistics = camera.Statistics;
            double[] means = new double[stages.Length];
            for (int i = 0; i < stages.Length; i++)
            {
                means[i] = Mean(statistics[Stages.All[i]], ref stages[i]);
            }
            double meanAge = Mean(statistics.Age, ref age);
            double seconds = Math.Max(0.001, now - before);
            var sample = new HistorySample(
                now, Rate(statistics.Published, ref published, seconds), Rate(camera.Captured, ref captured, seconds), Rate(statistics.Drops.Total, ref dropped, seconds), meanAge, means);
            if (before > 0)
            {
                Samples.Enqueue(sample);
            }
            before = now;
            if (Samples.Count > Kept)
            {
                Samples.Dequeue();
            }
        }

        private static double Rate(long total, ref long last, double seconds)
        {
            double rate = (total - last) / seconds;
            last = total;
            return Math.Round(rate, 2);
        }

        /// <summary>Milliseconds; 0 if nothing happened.</summary>
        private static double Mean(LatencyHistogram histogram, ref (long Count, long Sum) last)
        {
            (long count, long sum) = (histogram.Count, histogram.Sum);
            double mean = count > last.Count ? (sum - last.Sum) / 1e6 / (count - last.Count) : 0;
            last = (count, sum);
            return Math.Round(Math.Max(0, mean), 3);
        }
    }
}

/// <summary>One second of a camera.</summary>
/// <param name="Time">Seconds since the UNIX epoch.</param>
/// <param name="Published">Frames a second.</param>
/// <param name="Captured">Frames a second.</param>
/// <param name="Dropped">Frames a second.</param>
/// <param name="Age">Mean, milliseconds.</param>
/// <param name="Stages">Mean of each stage in order, milliseconds.</param>
internal sealed record HistorySample(double Time, double Published, double Captured, double Dropped, double Age, IReadOnlyList<double> Stages);
