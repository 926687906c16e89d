using RoboPerception.Inference;

namespace RoboPerception.Benchmarks.Quality;

/// <summary>
/// How the predictions move from frame to frame. A moving camera changes every prediction for good reasons, so what is called flicker and jitter here
/// compares a frame with both of its neighbours: steady motion cancels, a prediction that jumps and comes back does not.
/// </summary>
internal sealed class FrameToFrame(int pixels)
{
    private readonly byte[][] labels = [new byte[pixels], new byte[pixels], new byte[pixels]];
    private readonly float[][] depths = [new float[pixels], new float[pixels], new float[pixels]];
    private readonly float[][] normals = [new float[3 * pixels], new float[3 * pixels], new float[3 * pixels]];
    private readonly List<double> jitters = [], swings = [];
    private readonly long[] flickersByClass = new long[256], seenByClass = new long[256];
    private double changes, flickers;
    private int frames;

    /// <summary>Frames seen.</summary>
    public int Frames => frames;

    /// <summary>Share of the pixels whose class is another than one frame before, mean over the frames.</summary>
    public double LabelChanges => changes / Math.Max(frames - 1, 1);

    /// <summary>Share of the pixels whose class differs from that of the frame before and is back to it one frame later.</summary>
    public double LabelFlicker => flickers / Math.Max(frames - 2, 1);

    /// <summary>Median over the frames of the median over the pixels of |d(t) - (d(t-1) + d(t+1)) / 2| / d(t).</summary>
    public double DepthJitter => Median(jitters);

    /// <summary>Median over the frames of the median angle in degrees between the normal and the mean of its neighbours in time.</summary>
    public double NormalsJitter => Median(swings);

    /// <summary>Flicker of a class: pixels of that class in the frames around, that had another one in the frame between; share of its pixels.</summary>
    public double FlickerOf(int id) => seenByClass[id] == 0 ? double.NaN : (double)flickersByClass[id] / seenByClass[id];

    /// <summary>Share of all pixels that a class has.</summary>
    public double ShareOf(int id) => (double)seenByClass[id] / Math.Max(1, seenByClass.Sum());

    /// <summary>Takes the predictions to the next frame.</summary>
    public void Add(OutputBuffers predictions)
    {
        int now = frames % 3;
        predictions.Segmentation.CopyTo(labels[now]);
        predictions.Depth.CopyTo(depths[now]);
        predictions.Normals.CopyTo(normals[now]);
        frames++;
        if (frames > 1)
        {
            changes += Share(labels[now], labels[(now + 2) % 3]);
        }
        if (frames > 2)
        {
            Compare((now + 1) % 3, (now + 2) % 3, now);
        }
    }

    private void Compare(int before, int between, int after)
    {
        var jitter = new float[pixels];
        var swing = new float[pixels];
        int back = 0;
        for (int i = 0; i < pixels; i++)
        {
            byte around = labels[before][i];
            if (around == labels[after][i])
            {
                seenByClass[around]++;
                if (around != labels[between][i])
                {
                    back++;
                    flickersByClass[around]++;
                }
            }
            float depth = depths[between][i];
            jitter[i] = Math.Abs(depth - ((depths[before][i] + depths[after][i]) / 2)) / depth;
            swing[i] = Angle(normals[before], normals[between], normals[after], i);
        }
        flickers += (double)back / pixels;
        Array.Sort(jitter);
        Array.Sort(swing);
        jitters.Add(jitter[pixels / 2]);
        swings.Add(swing[pixels / 2]);
    }

    private float Angle(float[] before, float[] between, float[] after, int i)
    {
        double product = 0, squared = 0;
        for (int axis = 0; axis < 3; axis++)
        {
            int at = (axis * pixels) + i;
            double mean = before[at] + after[at];
            product += mean * between[at];
            squared += mean * mean;
        }
        return (float)(Math.Acos(Math.Clamp(product / Math.Sqrt(Math.Max(squared, 1e-12)), -1, 1)) * 180 / Math.PI);
    }

    private static double Share(byte[] a, byte[] b)
    {
        int differ = 0;
        for (int i = 0; i < a.Length; i++)
        {
            differ += a[i] == b[i] ? 0 : 1;
        }
        return (double)differ / a.Length;
    }

    private static double Median(List<double> values) => values.Count == 0 ? double.NaN : values.Order().ElementAt(values.Count / 2);
}
