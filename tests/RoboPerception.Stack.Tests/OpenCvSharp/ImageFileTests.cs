using OpenCvSharp;

namespace RoboPerception.Stack.Tests.OpenCvSharp;

/// <summary>Promise: images survive encoding, and what is no image is reported the way the package reports it.</summary>
public sealed class ImageFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rp-opencv-");

    public void Dispose() => folder.Delete(true);

    [Fact]
    public void Png_of_16_bit_depth_is_lossless()
    {
        using var depth = new Mat(3, 5, MatType.CV_16UC1);
        depth.SetArray(Enumerable.Range(0, 15).Select(i => (ushort)(i * 4000)).ToArray());
        byte[] png = depth.ToBytes(".png", new ImageEncodingParam(ImwriteFlags.PngCompression, 3));
        using Mat back = Cv2.ImDecode(png, ImreadModes.Unchanged);
        Assert.Equal(MatType.CV_16UC1, back.Type());
        Assert.Equal(0, Cv2.Norm(depth, back, NormTypes.INF));
    }

    [Fact]
    public void A_file_comes_back_as_it_was_written()
    {
        string path = Path.Combine(folder.FullName, "ä picture.png");
        using var image = new Mat(4, 4, MatType.CV_8UC3, new Scalar(10, 20, 30));
        Assert.True(image.ImWrite(path));
        using Mat back = Cv2.ImRead(path);
        Assert.Equal(0, Cv2.Norm(image, back, NormTypes.INF));
    }

    [Fact]
    public void Missing_files_and_garbage_give_an_empty_matrix_or_false()
    {
        using var image = new Mat(4, 4, MatType.CV_8UC3, Scalar.All(0));
        using Mat missing = Cv2.ImRead(Path.Combine(folder.FullName, "missing.png"));
        using Mat garbage = Cv2.ImDecode([1, 2, 3, 4], ImreadModes.Color);
        Assert.True(missing.Empty());
        Assert.True(garbage.Empty());
        Assert.False(Cv2.ImWrite(Path.Combine(folder.FullName, "no", "such", "folder.png"), image));
        Assert.Throws<ArgumentException>(() => Cv2.ImDecode([], ImreadModes.Color));
    }

    [Fact]
    public void Jpeg_quality_is_passed_on()
    {
        using var noise = new Mat(64, 64, MatType.CV_8UC1);
        noise.SetArray(Enumerable.Range(0, 64 * 64).Select(i => (byte)(i * 7919 >> 3)).ToArray());
        int small = noise.ImEncode(".jpg", [(int)ImwriteFlags.JpegQuality, 10]).Length;
        int large = noise.ImEncode(".jpg", [(int)ImwriteFlags.JpegQuality, 95]).Length;
        Assert.True(small * 2 < large, $"{small} {large}");
    }
}
