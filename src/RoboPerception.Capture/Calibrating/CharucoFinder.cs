using System.Runtime.InteropServices;
using OpenCvSharp;
using OpenCvSharp.Aruco;
using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// ChArUco boards, markers of OpenCV's dictionary 4X4_50. All that needs OpenCV's aruco is here: the package's library has it, ours over the
/// distribution's OpenCV (arm64) has not, since that OpenCV is older than the detector.
/// </summary>
internal sealed class CharucoFinder : TargetFinder
{
    private const PredefinedDictionaryType Markers = PredefinedDictionaryType.Dict4X4_50;
    private const int MarkerSide = 6;

    private readonly Dictionary dictionary;
    private readonly CharucoBoard board;
    private readonly CharucoDetector detector;

    /// <exception cref="UserErrorException">This machine's library has no aruco.</exception>
    public CharucoFinder(CalibrationTarget target)
        : base(target)
    {
        dictionary = OpenDictionary();
        board = new CharucoBoard(target.Columns, target.Rows, (float)target.Square, (float)target.Marker, dictionary);
        detector = new CharucoDetector(board);
    }

    /// <summary>Cells of a marker, row by row with its border, true = black.</summary>
    /// <exception cref="UserErrorException">This machine's library has no aruco.</exception>
    public static bool[,] MarkerCells(int id)
    {
        using Dictionary dictionary = OpenDictionary();
        using var image = new Mat();
        dictionary.GenerateImageMarker(id, MarkerSide, image, 1);
        bool[,] cells = new bool[MarkerSide, MarkerSide];
        for (int y = 0; y < MarkerSide; y++)
        {
            for (int x = 0; x < MarkerSide; x++)
            {
                cells[y, x] = Marshal.ReadByte(image.Data, (y * (int)image.Step()) + x) < 128;
            }
        }

        return cells;
    }

    protected override (int[] Ids, Point2f[] Pixels)? FindIn(Mat grey)
    {
        detector.DetectBoard(grey, out Point2f[] corners, out int[] ids, out _, out _);
        return ids.Length > 0 ? (ids, corners) : null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            detector.Dispose();
            board.Dispose();
            dictionary.Dispose();
        }

        base.Dispose(disposing);
    }

    private static Dictionary OpenDictionary()
    {
        try
        {
            return CvAruco.GetPredefinedDictionary(Markers);
        }
        catch (EntryPointNotFoundException error)
        {
            throw new UserErrorException(
                ExitCode.Usage, "ChArUco boards need an x64 machine: the OpenCV of this distribution, on which arm64 runs, has no detector for them. Take --target chessboard here, or calibrate the camera on an x64 machine.", error);
        }
    }
}
