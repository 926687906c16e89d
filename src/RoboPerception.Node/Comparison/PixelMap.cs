using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.Comparison;

/// <summary>
/// Brings one model's predictions onto another's grid: each pixel takes that of the pixel, in the other grid, which saw the same place of the
/// camera's image. Nearest, for classes cannot be mixed; between equal grids it is a copy.
/// </summary>
internal sealed class PixelMap(ModelInput to, ModelInput from)
{
    private const int Outside = -1;

    private readonly int[] place = new int[to.Width * to.Height];
    private PixelTransform toSource;
    private PixelTransform fromSource;
    private bool isMade;

    /// <summary>Brings a frame over.</summary>
    /// <param name="toSource">Where the pixels of the grid that is filled lie in the camera's image.</param>
    /// <param name="fromSource">Where those of the grid that is read lie.</param>
    /// <param name="read">[H,W] of the one.</param>
    /// <param name="filled">[H,W] of the other; what lies outside is no prediction.</param>
    public void Take(PixelTransform toSource, PixelTransform fromSource, OutputBuffers read, OutputBuffers filled)
    {
        if (!isMade || toSource != this.toSource || fromSource != this.fromSource)
        {
            (this.toSource, this.fromSource, isMade) = (toSource, fromSource, true);
            Make();
        }
        Fill(read.Segmentation, filled.SegmentationMemory.Span, ClassMap.Unlabelled);
        Fill(read.Depth, filled.DepthMemory.Span, float.NaN);
        int plane = read.Normals.Length / 3;
        for (int axis = 0; axis < 3 && plane > 0; axis++)
        {
            Fill(read.Normals.Slice(axis * plane, plane), filled.NormalsMemory.Span.Slice(axis * place.Length, place.Length), 0f);
        }
    }

    private void Make()
    {
        for (int y = 0; y < to.Height; y++)
        {
            int row = Pixel(((toSource.ScaleY * y) + toSource.OffsetY - fromSource.OffsetY) / fromSource.ScaleY, from.Height);
            for (int x = 0; x < to.Width; x++)
            {
                int column = Pixel(((toSource.ScaleX * x) + toSource.OffsetX - fromSource.OffsetX) / fromSource.ScaleX, from.Width);
                place[(y * to.Width) + x] = row == Outside || column == Outside ? Outside : (row * from.Width) + column;
            }
        }
    }

    private static int Pixel(double at, int size) => Math.Floor(at + 0.5) is var pixel && pixel >= 0 && pixel < size ? (int)pixel : Outside;

    private void Fill<T>(ReadOnlySpan<T> read, Span<T> filled, T outside)
    {
        for (int i = 0; i < filled.Length && !read.IsEmpty; i++)
        {
            filled[i] = place[i] == Outside ? outside : read[place[i]];
        }
    }
}
