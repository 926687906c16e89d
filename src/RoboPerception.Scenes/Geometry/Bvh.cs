using System.Numerics;
using System.Runtime.InteropServices;

namespace RoboPerception.Scenes;

/// <summary>
/// Bounding volume hierarchy over the solids of a scene, built top-down by the binned surface area heuristic. Nodes are 32
/// bytes, children lie side by side, and the solids are sorted into leaf order.
/// </summary>
internal sealed class Bvh
{
    private const int BinCount = 20;
    private const int LeafSize = 1;

    private readonly BoundingBox[] bounds;
    private readonly int[] order;
    private int used = 1;

    /// <summary>Sorts <paramref name="primitives"/> in place and builds the tree over them.</summary>
    public Bvh(Primitive[] primitives)
    {
        if (primitives.Length == 0)
        {
            throw new ArgumentException("A scene needs at least one primitive.", nameof(primitives));
        }
        bounds = new BoundingBox[primitives.Length];
        order = new int[primitives.Length];
        for (int i = 0; i < primitives.Length; i++)
        {
            bounds[i] = primitives[i].Bounds();
            order[i] = i;
        }
        Nodes = new Node[2 * primitives.Length];
        Build(0, 0, primitives.Length, 0);
        var sorted = new Primitive[primitives.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            sorted[i] = primitives[order[i]];
        }
        sorted.CopyTo(primitives, 0);
        Primitives = primitives;
        Array.Resize(ref bounds, 0);
    }

    /// <summary>One box of the tree. A leaf has <see cref="Count"/> > 0 solids from <see cref="First"/>; else First is the left child.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Node
    {
        public Vector3 Low;
        public int First;
        public Vector3 High;
        public short Count;
        public short Axis;
    }

    public Node[] Nodes { get; }

    public Primitive[] Primitives { get; }

    /// <summary>The longest way from the root to a leaf; bounds the traversal stack.</summary>
    public int Depth { get; private set; }

    /// <summary>True if a world point lies inside some solid.</summary>
    public bool Contains(Vector3 point)
    {
        Span<int> stack = stackalloc int[128];
        int top = 1;
        stack[0] = 0;
        while (top > 0)
        {
            ref readonly Node node = ref Nodes[stack[--top]];
            if (!new BoundingBox(node.Low, node.High).Contains(point))
            {
                continue;
            }
            if (node.Count == 0)
            {
                stack[top++] = node.First;
                stack[top++] = node.First + 1;
                continue;
            }
            for (int i = node.First; i < node.First + node.Count; i++)
            {
                if (Primitives[i].Measure(Primitives[i].ToLocal(point)) < 0)
                {
                    return true;
                }
            }
        }
        return false;
    }

    private void Build(int nodeIndex, int first, int count, int depth)
    {
        Depth = Math.Max(Depth, depth);
        var box = BoundingBox.Empty;
        var centres = BoundingBox.Empty;
        for (int i = first; i < first + count; i++)
        {
            ref readonly BoundingBox b = ref bounds[order[i]];
            box = box.Union(b);
            centres = centres.Union(new(b.Centre, b.Centre));
        }
        ref Node node = ref Nodes[nodeIndex];
        node.Low = box.Low;
        node.High = box.High;
        int middle = count <= LeafSize || depth > 60 ? 0 : Split(first, count, box, centres, out node.Axis);
        if (middle == 0 && (count <= short.MaxValue && (count <= 8 || depth > 60)))
        {
            node.First = first;
            node.Count = (short)count;
            return;
        }
        if (middle == 0)
        {
            middle = first + count / 2;
        }
        int left = used;
        used += 2;
        node.First = left;
        node.Count = 0;
        Build(left, first, middle - first, depth + 1);
        Build(left + 1, middle, first + count - middle, depth + 1);
    }

    /// <summary>Partitions the order by the cheapest bin border; 0 if a leaf is cheaper or all centres coincide.</summary>
    private int Split(int first, int count, in BoundingBox box, in BoundingBox centres, out short bestAxis)
    {
        Span<BoundingBox> bins = stackalloc BoundingBox[BinCount];
        Span<int> counts = stackalloc int[BinCount];
        Span<float> rightArea = stackalloc float[BinCount];
        float bestCost = float.MaxValue;
        bestAxis = 0;
        int bestBin = -1;
        for (short axis = 0; axis < 3; axis++)
        {
            float low = centres.Low[axis];
            float extent = centres.High[axis] - low;
            if (extent < 1e-6f)
            {
                continue;
            }
            bins.Fill(BoundingBox.Empty);
            counts.Clear();
            float scale = BinCount * 0.9999f / extent;
            for (int i = first; i < first + count; i++)
            {
                int bin = (int)((bounds[order[i]].Centre[axis] - low) * scale);
                bins[bin] = bins[bin].Union(bounds[order[i]]);
                counts[bin]++;
            }
            var suffix = BoundingBox.Empty;
            for (int b = BinCount - 1; b > 0; b--)
            {
                suffix = suffix.Union(bins[b]);
                rightArea[b] = suffix.HalfArea();
            }
            var prefix = BoundingBox.Empty;
            int leftCount = 0;
            for (int b = 0; b < BinCount - 1; b++)
            {
                prefix = prefix.Union(bins[b]);
                leftCount += counts[b];
                if (leftCount == 0 || leftCount == count)
                {
                    continue;
                }
                float cost = prefix.HalfArea() * leftCount + rightArea[b + 1] * (count - leftCount);
                if (cost < bestCost)
                {
                    (bestCost, bestAxis, bestBin) = (cost, axis, b);
                }
            }
        }
        // A node visit costs about half of a solid's test.
        if (bestBin < 0 || (count <= 8 && bestCost / box.HalfArea() + 0.3f >= count))
        {
            return 0;
        }
        float border = centres.Low[bestAxis];
        float borderScale = BinCount * 0.9999f / (centres.High[bestAxis] - border);
        int middle = first;
        for (int i = first; i < first + count; i++)
        {
            if ((int)((bounds[order[i]].Centre[bestAxis] - border) * borderScale) <= bestBin)
            {
                (order[middle], order[i]) = (order[i], order[middle]);
                middle++;
            }
        }
        return middle;
    }
}
