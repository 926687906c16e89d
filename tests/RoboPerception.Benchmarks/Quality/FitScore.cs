using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Training.Data;

namespace RoboPerception.Benchmarks.Quality;

/// <summary>What one way of fitting scores: over all pixels it predicts, and over those of them that lie in the middle 4:3.</summary>
internal sealed class FitScore(int classes)
{
    // Of any grid: so the figures of models of several shapes are over the same pixels.
    private const double MiddleShape = 4.0 / 3;

    private readonly Area all = new(classes);
    private readonly Area middle = new(classes);
    private long labelled;

    /// <summary>Compares one prediction with the labels, pixel by pixel of the camera's image.</summary>
    public void Add(LabeledImage image, Rect part, OutputBuffers prediction, ModelInput grid, PixelTransform toSource, float depthFactor)
    {
        // Half a pixel inside, so that rounding gives no way a pixel more than another.
        double keptWidth = Math.Min(part.Width, part.Height * MiddleShape) - 2;
        double keptHeight = Math.Min(part.Height, part.Width / MiddleShape) - 2;
        int pixels = grid.Width * grid.Height;
        for (int y = 0; y < part.Height; y++)
        {
            int row = (int)Math.Round((y - toSource.OffsetY) / toSource.ScaleY);
            bool inRows = Math.Abs(y + 0.5 - (part.Height / 2.0)) * 2 <= keptHeight;
            for (int x = 0; x < part.Width; x++)
            {
                int source = ((part.Y + y) * image.Width) + part.X + x;
                int column = (int)Math.Round((x - toSource.OffsetX) / toSource.ScaleX);
                labelled += image.Labels[source] < classes ? 1 : 0;
                if (row < 0 || row >= grid.Height || column < 0 || column >= grid.Width)
                {
                    continue;
                }
                int i = (row * grid.Width) + column;
                if (prediction.Segmentation[i] >= classes)
                {
                    continue;
                }
                bool inMiddle = inRows && Math.Abs(x + 0.5 - (part.Width / 2.0)) * 2 <= keptWidth;
                double metres = image.DepthMillimetres[source] * image.DepthStep;
                double cosine = ((prediction.Normals[i] * image.Normals[3 * source]) + (prediction.Normals[pixels + i] * image.Normals[(3 * source) + 1])
                    + (prediction.Normals[(2 * pixels) + i] * image.Normals[(3 * source) + 2])) / 127;
                bool hasNormal = image.Normals[3 * source] != 0 || image.Normals[(3 * source) + 1] != 0 || image.Normals[(3 * source) + 2] != 0;
                foreach (Area area in inMiddle ? new ReadOnlySpan<Area>([all, middle]) : new ReadOnlySpan<Area>([all]))
                {
                    area.Add(image.Labels[source], prediction.Segmentation[i], metres, prediction.Depth[i], depthFactor, hasNormal ? cosine : double.NaN);
                }
            }
        }
    }

    /// <summary>The figures; errors of depth are relative, those of normals mean degrees.</summary>
    public object Report() => new { Predicted = Math.Round((double)all.Labelled / labelled, 3), All = all.Report(), Middle = middle.Report() };

    private sealed class Area(int classes)
    {
        private readonly long[,] confusion = new long[classes, classes];
        private double plain, corrected, degrees;
        private long depths, normals;

        public long Labelled { get; private set; }

        public void Add(byte label, byte predicted, double metres, float depth, float factor, double cosine)
        {
            if (label < classes)
            {
                Labelled++;
                confusion[label, predicted]++;
            }
            if (metres > 0)
            {
                plain += Math.Abs(depth - metres) / metres;
                corrected += Math.Abs((depth * factor) - metres) / metres;
                depths++;
            }
            if (!double.IsNaN(cosine))
            {
                degrees += double.RadiansToDegrees(Math.Acos(Math.Clamp(cosine, -1, 1)));
                normals++;
            }
        }

        public object Report()
        {
            double sum = 0;
            int present = 0;
            for (int c = 0; c < classes; c++)
            {
                long union = -confusion[c, c];
                for (int other = 0; other < classes; other++)
                {
                    union += confusion[c, other] + confusion[other, c];
                }
                (sum, present) = union > 0 ? (sum + ((double)confusion[c, c] / union), present + 1) : (sum, present);
            }
            return new
            {
                MeanIou = Math.Round(sum / present, 4),
                DepthRelativeError = Math.Round(plain / depths, 4),
                DepthRelativeErrorByFocalLength = Math.Round(corrected / depths, 4),
                NormalsMeanAngle = Math.Round(degrees / normals, 2),
            };
        }
    }
}
