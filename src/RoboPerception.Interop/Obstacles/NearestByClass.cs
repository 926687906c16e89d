using RoboPerception.Core;

namespace RoboPerception.Interop.Obstacles;

/// <summary>The nearest obstacle of each class: how far, in which direction, and how much of the image the class fills.</summary>
internal sealed class NearestByClass
{
    private const int Bins = 1024;
    private const float BinMetres = 0.02f;

    /// <summary>Pixels of a class that must be at least so near.</summary>
    private const int Support = 24;

    private readonly ClassMap? classes;
    private readonly int[] histogram;
    private readonly float[] tangents;
    private readonly int[] counts;
    private readonly List<NearestObstacle> found = [];

    /// <summary>For these classes; null: one class without a name.</summary>
    public NearestByClass(ClassMap? classes)
    {
        this.classes = classes;
        int count = classes?.Count ?? 1;
        histogram = new int[count * Bins];
        tangents = new float[count * Bins];
        counts = new int[count];
    }

    /// <summary>Nearest first.</summary>
    public IReadOnlyList<NearestObstacle> Found => found;

    /// <summary>Forgets the last frame.</summary>
    public void Begin()
    {
        Array.Clear(histogram);
        Array.Clear(tangents);
        Array.Clear(counts);
        found.Clear();
    }

    /// <summary>Counts a pixel with a valid depth.</summary>
    public void Count(byte id)
    {
        int place = Place(id);
        if ((uint)place < (uint)counts.Length)
        {
            counts[place]++;
        }
    }

    /// <summary>Adds a pixel of an obstacle.</summary>
    /// <param name="id">Its class.</param>
    /// <param name="range">Metres along the floor.</param>
    /// <param name="tangent">Tangent of its bearing, left positive.</param>
    public void Add(byte id, float range, float tangent)
    {
        int place = Place(id);
        int bin = (int)(range * (1 / BinMetres));
        if ((uint)place < (uint)counts.Length && bin < Bins)
        {
            histogram[(place * Bins) + bin]++;
            tangents[(place * Bins) + bin] += tangent;
        }
    }

    /// <summary>Draws the conclusion of the frame.</summary>
    public void Conclude()
    {
        float all = Math.Max(1, counts.Sum());
        for (int place = 0; place < counts.Length; place++)
        {
            int near = 0;
            float tangent = 0;
            float metres = 0;
            for (int bin = 0; bin < Bins; bin++)
            {
                int here = histogram[(place * Bins) + bin];
                near += here;
                tangent += tangents[(place * Bins) + bin];
                metres += here * (bin + 0.5f) * BinMetres;
                if (near >= Support)
                {
                    found.Add(new NearestObstacle(place, classes?.Classes[place].Name ?? "obstacle", metres / near, MathF.Atan(tangent / near), counts[place] / all));
                    break;
                }
            }
        }
        found.Sort(static (a, b) => a.Distance.CompareTo(b.Distance));
    }

    private int Place(byte id) => classes is null ? 0 : id;
}

/// <summary>The nearest obstacle of a class.</summary>
/// <param name="Id">Class id.</param>
/// <param name="Name">Class name.</param>
/// <param name="Distance">Metres along the floor.</param>
/// <param name="Bearing">Radians, left positive.</param>
/// <param name="Share">Share of the pixels with a depth that the class fills, 0 to 1.</param>
internal readonly record struct NearestObstacle(int Id, string Name, float Distance, float Bearing, float Share);
