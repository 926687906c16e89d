using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Node.Images;

namespace RoboPerception.Node.Tests;

/// <summary>Promise: images show what the numbers say.</summary>
public sealed class ImageTests
{
    [Fact]
    public void Classes_have_their_colours_and_unlabelled_is_black()
    {
        using Mat image = Colouring.Segmentation([4, 11, 255, 12], 2, 2, ClassMap.Nyu13);
        Assert.Equal(Bgr(ClassMap.Nyu13.Classes[4]), image.At<Vec3b>(0, 0));
        Assert.Equal(Bgr(ClassMap.Nyu13.Classes[11]), image.At<Vec3b>(0, 1));
        Assert.Equal(new Vec3b(0, 0, 0), image.At<Vec3b>(1, 0));
        Assert.Equal(Bgr(ClassMap.Nyu13.Classes[12]), image.At<Vec3b>(1, 1));
    }

    [Fact]
    public void Near_is_brighter_than_far_and_invalid_is_black()
    {
        float[] metres = [.. Enumerable.Range(0, 100).Select(i => 1f + i * 0.05f)];
        metres[50] = float.NaN;
        using Mat image = Colouring.Depth(metres, 10, 10, out double nearest, out double farthest);
        Assert.InRange(nearest, 1, 1.2);
        Assert.InRange(farthest, 5.7, 6);
        Assert.True(Sum(image.At<Vec3b>(0, 0)) > Sum(image.At<Vec3b>(4, 0)));
        Assert.True(Sum(image.At<Vec3b>(4, 0)) > Sum(image.At<Vec3b>(9, 9)));
        Assert.Equal(new Vec3b(0, 0, 0), image.At<Vec3b>(5, 0));
    }

    [Fact]
    public void A_wall_that_faces_the_camera_is_half_red_half_green_and_no_blue()
    {
        using Mat image = Colouring.Normals([0, 0, 0, 0, -1, 0], 2, 1);
        Assert.Equal(new Vec3b(0, 128, 128), image.At<Vec3b>(0, 0));
        Assert.Equal(new Vec3b(0, 0, 0), image.At<Vec3b>(0, 1));
    }

    [Fact]
    public void An_empty_contact_sheet_is_an_error_with_the_reason()
    {
        using var sheet = new ContactSheet(ClassMap.Nyu13, 4);
        Assert.Contains("no frame arrived", Assert.Throws<UserErrorException>(() => sheet.Save("x.png")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contact_sheet_has_a_row_a_frame_and_cannot_be_written_into_nowhere()
    {
        using var sheet = new ContactSheet(ClassMap.Nyu13, 4);
        using var input = new Mat(48, 64, MatType.CV_8UC3, Scalar.All(90));
        var metres = new float[64 * 48];
        Array.Fill(metres, 2f);
        sheet.Add(0, input, new byte[64 * 48], metres, new float[3 * 64 * 48]);
        sheet.Add(1, input, new byte[64 * 48], metres, []);
        Assert.Equal(2, sheet.Count);
        string path = Path.Combine(Path.GetTempPath(), $"rp-sheet-{Guid.NewGuid():N}.png");
        sheet.Save(path);
        using (var image = new Mat(path))
        {
            Assert.Equal(4 * 64 + 3 * 4, image.Width);
        }
        File.Delete(path);
        Assert.Contains("nowhere", Assert.Throws<UserErrorException>(() => sheet.Save("/nowhere/sheet.png")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(8, 4)]
    [InlineData(37, 4)]
    [InlineData(1000, 4)]
    public void The_rows_are_spread_over_however_many_frames_there_were(int frames, int rows)
    {
        using var sheet = new ContactSheet(ClassMap.Nyu13, 4);
        using var input = new Mat(4, 8, MatType.CV_8UC3, Scalar.All(90));
        for (int i = 0; i < frames; i++)
        {
            if (sheet.Wants(i))
            {
                sheet.Add(i, input, new byte[8 * 4], [], []);
            }
        }
        Assert.Equal(rows, sheet.Frames.Count);
        Assert.Equal(rows, sheet.Frames.Distinct().Count());
        Assert.True(sheet.Frames[^1] >= frames / 2, string.Join(' ', sheet.Frames));
        Assert.All(sheet.Frames.Zip(sheet.Frames.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, Math.Max(1, frames / 2)));
    }

    private static Vec3b Bgr(ClassInfo info) => new(info.Blue, info.Green, info.Red);

    private static int Sum(Vec3b v) => v.Item0 + v.Item1 + v.Item2;
}
